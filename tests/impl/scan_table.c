/* SPDX-License-Identifier: MIT */
/* scan_table.c - one list of columns: what they mean, how they are compared (scan_table.h). */
#include "scan_table.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const scan_function_names[SCAN_FUNCTIONS] = {"tanh", "sigmoid", "exp"};

/* BOUND is never measured.  WORST and AT: a sample may not be worse; all arguments give just this. */
enum rule { BOUND, WORST, AT, EQUAL };
enum {
	C_BOUND,
	C_ULP,
	C_ULP_AT,
	C_ABSOLUTE,
	C_ABSOLUTE_AT,
	C_ORDER,
	C_STEP,
	C_SYMMETRY,
	C_LIMITS,
	C_HASH = C_LIMITS + 4,
	C_SAMPLE
};
static const struct {
	const char *name;
	enum rule rule;
	enum scan_kind kind;
} columns[SCAN_COLUMNS] = {
	{"bound", BOUND, SCAN_ULP},
	{"worst ulp", WORST, SCAN_ULP},
	{"at", AT, SCAN_ULP},
	{"absolute, 2^-149", WORST, SCAN_ABSOLUTE},
	{"at", AT, SCAN_ABSOLUTE},
	{"wrong order", WORST, SCAN_ORDER},
	{"step back", WORST, SCAN_ORDER},
	{"asymmetry", WORST, SCAN_SYMMETRY},
	{"f(-Inf)", EQUAL, SCAN_LIMITS},
	{"f(-0)", EQUAL, SCAN_LIMITS},
	{"f(+0)", EQUAL, SCAN_LIMITS},
	{"f(Inf)", EQUAL, SCAN_LIMITS},
	{"hash of all", EQUAL, SCAN_BITS},
	{"hash of sample", EQUAL, SCAN_BITS},
};
static const char *const keys[SCAN_KEYS] = {"arithmetic", "activation", "function"};
static const struct {
	int first, count;
} parts[2] = {{0, C_LIMITS}, {C_LIMITS, SCAN_COLUMNS - C_LIMITS}};

/* Rounded up, so that what was measured is never above what is written. */
static void decimal(char *cell, double value, int digits)
{
	double scale = pow(10, digits);

	snprintf(cell, SCAN_CELL, "%.*f", digits, ceil(value * scale) / scale);
}

static void fill_limits(scan_row *row, const scan_group *group, enum scan_function function)
{
	const float x[SCAN_BLOCK] = {-INFINITY, -0.0f, 0.0f, INFINITY, -FLT_MAX, FLT_MAX};
	float y[SCAN_BLOCK];

	group->kernel[0]->evaluate[function](x, y, SCAN_BLOCK);
	for (int i = 0; i < 4; i++)
		snprintf(row->cell[C_LIMITS + i], SCAN_CELL, "%a", y[i]);
	if (y[4] != y[0])
		snprintf(row->cell[C_LIMITS], SCAN_CELL, "not f(-FLT_MAX)");
	if (y[5] != y[3])
		snprintf(row->cell[C_LIMITS + 3], SCAN_CELL, "not f(FLT_MAX)");
}

void scan_row_fill(scan_row *row, const scan_group *group, enum scan_function function, const scan_found *found,
                   int all, uint64_t sample)
{
	snprintf(row->key[0], SCAN_CELL, "%s", group->arithmetic);
	snprintf(row->key[1], SCAN_CELL, "%s", group->activation);
	snprintf(row->key[2], SCAN_CELL, "%s", scan_function_names[function]);
	for (int c = 0; c < SCAN_COLUMNS; c++)
		snprintf(row->cell[c], SCAN_CELL, "-");
	decimal(row->cell[C_ULP], found->worst, 3);
	snprintf(row->cell[C_ULP_AT], SCAN_CELL, "%a", scan_float(found->worst_at));
	decimal(row->cell[C_ABSOLUTE], found->absolute, 1);
	snprintf(row->cell[C_ABSOLUTE_AT], SCAN_CELL, "%a", scan_float(found->absolute_at));
	snprintf(row->cell[C_ORDER], SCAN_CELL, "%" PRIu64, found->wrong_order);
	snprintf(row->cell[C_STEP], SCAN_CELL, "%" PRIu64, found->step_back);
	if (function == SCAN_TANH)
		snprintf(row->cell[C_SYMMETRY], SCAN_CELL, "%" PRIu64, found->not_odd);
	if (function == SCAN_SIGMOID)
		decimal(row->cell[C_SYMMETRY], found->from_one, 3);
	fill_limits(row, group, function);
	if (all)
		snprintf(row->cell[C_HASH], SCAN_CELL, "%016" PRIx64, found->hash);
	if (sample)
		snprintf(row->cell[C_SAMPLE], SCAN_CELL, "%016" PRIx64, sample);
}

/* The words between the bars of a line of a table, at most `limit`; returns their number. */
static int split(const char *line, char (*words)[SCAN_CELL], int limit)
{
	int count = 0;

	for (const char *bar = line; *bar == '|' && count < limit; count++) {
		const char *from = bar + 1 + strspn(bar + 1, " ");
		const char *to;

		bar = from + strcspn(from, "|\r\n");
		if (*bar != '|')
			break;
		for (to = bar; to > from && to[-1] == ' '; to--)
			;
		snprintf(words[count], SCAN_CELL, "%.*s", (int)(to - from), from);
	}
	return count;
}

static scan_row *find(const scan_table *table, char (*key)[SCAN_CELL])
{
	for (size_t r = 0; r < table->rows; r++) {
		scan_row *row = (scan_row *)&table->row[r];

		if (!strcmp(row->key[0], key[0]) && !strcmp(row->key[1], key[1]) && !strcmp(row->key[2], key[2]))
			return row;
	}
	return NULL;
}

static void take_line(scan_table *table, const char *line)
{
	char words[SCAN_KEYS + SCAN_COLUMNS][SCAN_CELL];
	int count = split(line, words, SCAN_KEYS + SCAN_COLUMNS);
	scan_row *row;

	if (count == 2 && !strcmp(words[0], "SLEEF"))
		memcpy(table->sleef, words[1], SCAN_CELL);
	for (int p = 0; p < 2; p++) {
		if (count != SCAN_KEYS + parts[p].count || !strcmp(words[0], keys[0]) || words[0][0] == '-')
			continue;
		row = find(table, words);
		if (!row && table->rows < SCAN_ROWS) {
			row = &table->row[table->rows++];
			memcpy(row->key, words, sizeof row->key);
		}
		if (row)
			memcpy(row->cell[parts[p].first], words[SCAN_KEYS], (size_t)parts[p].count * SCAN_CELL);
	}
}

int scan_table_read(scan_table *table, const char *path)
{
	char line[512];
	FILE *file = fopen(path, "r");

	memset(table, 0, sizeof *table);
	if (!file)
		return -1;
	while (fgets(line, sizeof line, file))
		take_line(table, line);
	fclose(file);
	return table->rows > 0 ? 0 : -1;
}

void scan_table_print(const scan_table *table, const scan_table *bounds, FILE *out)
{
	for (int p = 0; p < 2; p++) {
		int last = parts[p].first + parts[p].count;

		fprintf(out, "| %s | %s | %s |", keys[0], keys[1], keys[2]);
		for (int c = parts[p].first; c < last; c++)
			fprintf(out, " %s |", columns[c].name);
		fputs("\n|", out);
		for (int c = -SCAN_KEYS; c < parts[p].count; c++)
			fputs(" --- |", out);
		for (size_t r = 0; r < table->rows; r++) {
			const scan_row *row = &table->row[r];
			const scan_row *bound = bounds ? find(bounds, (char(*)[SCAN_CELL])row->key) : NULL;

			fprintf(out, "\n| %s | %s | %s |", row->key[0], row->key[1], row->key[2]);
			for (int c = parts[p].first; c < last; c++)
				fprintf(out, " %s |", c == C_BOUND && bound ? bound->cell[c] : row->cell[c]);
		}
		fputs(p == 0 ? "\n\n" : "\n", out);
	}
}

/* Whether the cell of a column is as documented. */
static int agrees(int column, const char *measured, const char *documented, int all)
{
	enum rule rule = columns[column].rule;

	if (rule == BOUND || !strcmp(measured, "-") || (rule == AT && !all))
		return 1;
	if (rule == WORST && !all)
		return strtod(measured, NULL) <= strtod(documented, NULL);
	return !strcmp(measured, documented);
}

static unsigned compare_row(const scan_row *row, const scan_row *documented, int same_library, int all, FILE *out)
{
	unsigned kinds = 0;
	const char *bound = documented->cell[C_BOUND];

	if (!(strtod(row->cell[C_ULP], NULL) <= strtod(bound, NULL))) {
		kinds |= 1u << SCAN_ULP;
		fprintf(out, "scan: %s %s %s: %s ulp at %s, bound %s\n", row->key[0], row->key[1], row->key[2],
		        row->cell[C_ULP], row->cell[C_ULP_AT], bound);
	}
	for (int c = 0; same_library && c < SCAN_COLUMNS; c++) {
		if (agrees(c, row->cell[c], documented->cell[c], all))
			continue;
		kinds |= 1u << columns[c].kind;
		fprintf(out, "scan: %s %s %s: %s: %s, documented %s\n", row->key[0], row->key[1], row->key[2], columns[c].name,
		        row->cell[c], documented->cell[c]);
	}
	return kinds;
}

unsigned scan_table_compare(const scan_table *measured, const scan_table *documented, int all, FILE *out)
{
	unsigned kinds = 0;

	for (size_t r = 0; r < measured->rows; r++) {
		const scan_row *row = &measured->row[r];
		const scan_row *want = find(documented, (char(*)[SCAN_CELL])row->key);
		int same_library = strcmp(row->key[1], "u10") || !strcmp(measured->sleef, documented->sleef);

		if (want) {
			kinds |= compare_row(row, want, same_library, all, out);
			continue;
		}
		kinds |= 1u << SCAN_ULP;
		fprintf(out, "scan: %s %s %s: not documented\n", row->key[0], row->key[1], row->key[2]);
	}
	return kinds;
}

int scan_row_reproduced(const scan_row *documented, const scan_group *group, enum scan_function function,
                        scan_chunk *chunk)
{
	float at = strtof(documented->cell[C_ULP_AT], NULL);
	scan_found found = {0};
	scan_row row;
	uint32_t bits;

	memcpy(&bits, &at, sizeof bits);
	scan_one(bits & 0x7fffffffu, group, function, &found, chunk);
	scan_row_fill(&row, group, function, &found, 0, 0);
	return !strcmp(row.cell[C_ULP], documented->cell[C_ULP]);
}
