/* SPDX-License-Identifier: MIT */
/* scan_table.h - the rows of reference/ACTIVATIONS.md: written from a scan, read back, and compared.
 *
 * Two tables in Markdown: accuracy (11 cells a row) and bits (9 cells); each row begins with arithmetic, activation,
 * function.  A row `| SLEEF | version |` says which version u10 was measured with; with another one only the bound of a
 * u10 row holds. */
#ifndef SCAN_TABLE_H
#define SCAN_TABLE_H

#include <stdio.h>

#include "scan_judge.h"

/* What can be wrong.  SCAN_BITS: between ISAs, or against the hashes. */
enum scan_kind { SCAN_ULP, SCAN_ABSOLUTE, SCAN_ORDER, SCAN_SYMMETRY, SCAN_LIMITS, SCAN_NAN, SCAN_BITS, SCAN_KINDS };

enum { SCAN_KEYS = 3, SCAN_COLUMNS = 14, SCAN_ROWS = 24, SCAN_CELL = 28, SCAN_SAMPLE = 1021 };

typedef struct scan_row {
	char key[SCAN_KEYS][SCAN_CELL];
	char cell[SCAN_COLUMNS][SCAN_CELL]; /* "-": not measured, or not applicable */
} scan_row;

typedef struct scan_table {
	char sleef[SCAN_CELL];
	scan_row row[SCAN_ROWS];
	size_t rows;
} scan_table;

/* The row of a function; all: every argument was scanned; sample: hash of the sample SCAN_SAMPLE, 0: not scanned. */
void scan_row_fill(scan_row *row, const scan_group *group, enum scan_function function, const scan_found *found,
                   int all, uint64_t sample);

/* 0, or -1: no such file, or no row in it. */
int scan_table_read(scan_table *table, const char *path);

/* `bounds` (may be NULL): where the column "bound" is taken from. */
void scan_table_print(const scan_table *table, const scan_table *bounds, FILE *out);

/* Says on `out` what is worse than documented, or, where all arguments were scanned, other than documented.
 * Returns the kinds found, a bit (1 << kind) each. */
unsigned scan_table_compare(const scan_table *measured, const scan_table *documented, int all, FILE *out);

/* The documented worst argument of a row gives the documented error: 1, else 0. */
int scan_row_reproduced(const scan_row *documented, const scan_group *group, enum scan_function function,
                        scan_chunk *chunk);

extern const char *const scan_function_names[SCAN_FUNCTIONS];

#endif
