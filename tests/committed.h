/* SPDX-License-Identifier: MIT */
/* committed.h - how many cases the committed fixtures have, as they stand in sentences. */
#ifndef TESTS_COMMITTED_H
#define TESTS_COMMITTED_H

#define COMMITTED_CASES "268"
#define COMMITTED_PLAIN "170" /* of one layer and one direction, without projection, lengths and masks */

#endif
