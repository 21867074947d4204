/*
 * page_words.h - how to read a figure, in a few words: vq-stats(1) for those
 * who look at a page.
 */
#ifndef REPORT_PAGE_WORDS_H
#define REPORT_PAGE_WORDS_H

/* NULL where there is nothing to say. */
const char *page_words(const char *key);

#endif
