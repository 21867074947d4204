/* page_style.h - how a page looks: its style sheet. */
#ifndef REPORT_PAGE_STYLE_H
#define REPORT_PAGE_STYLE_H

/* Text on its ground has a contrast of at least 4.5, light and dark. */
extern const char page_style[];

#endif
