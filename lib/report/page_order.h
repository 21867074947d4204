/*
 * page_order.h - the rows of a report, the worst first.
 */
#ifndef REPORT_PAGE_ORDER_H
#define REPORT_PAGE_ORDER_H

#include <jansson.h>

/*
 * A new array of the same rows by the first of these figures that any has:
 * psnr_db, snr_db (low is bad), mse (high is bad),
 * else utilization over expected_utilization.  Rows where it is
 * not known, or infinite, come last;
 * equal ones stay in order.  *by: the key, or NULL where there is none.
 */
json_t *page_order_worst(const json_t *rows, const char **by);

#endif
