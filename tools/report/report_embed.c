/* SPDX-License-Identifier: MIT */
/* report_embed.c - what stands in the page as data: CSV with columns as in fields.def, of every machine, also of those
 * that no chart shows; and what the charts need, as JSON:
 * {variants: [{name, oracle}], problems: [{text, cell, size, pass, T, N, chosen}],
 *  times: [[problem, variant, p50, low, high, ratio, ratio_low, ratio_high, sign]]};
 * sign: "=" equal, "?" undecided, "!" disturbed. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gatemark/tensors.h"
#include "report_parts.h"

/* ---- CSV ---- */

static void put_csv(page *p, const report_view *view, record_kind kind)
{
	const record_field *f = &evidence_type.field[kind];
	const char *one = RECORD_AT(view->e, f->offset, char *);
	char *text = NULL;
	size_t bytes;
	FILE *csv = open_memstream(&text, &bytes);
	if (!csv)
		return;
	fputs("machine,", csv);
	record_csv(csv, f->of, NULL);
	for (size_t i = 0; i < RECORD_AT(view->e, f->count, size_t); i++, one += f->of->bytes) {
		fputc('\n', csv);
		record_csv_text(csv, evidence_machine(view->e, one)); // a record begins with the id of its run
		fputc(',', csv);
		record_csv(csv, f->of, one);
	}
	fclose(csv);
	put(p, "%S\n", text);
}

void report_part_bench_csv(page *p, const report_view *view) { put_csv(p, view, RECORD_BENCH); }

void report_part_check_csv(page *p, const report_view *view) { put_csv(p, view, RECORD_CHECK); }

/* ---- JSON ---- */

/* No character that could end the block. */
static void put_json(FILE *out, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
	for (const char *at = text; at && *at; at++)
		fprintf(out, strchr("<>&", *at) ? "\\u%04x" : "%c", (unsigned)*at);
	free(text);
}

/* A bit oracle, which no chart shows. */
static int is_oracle(const char *variant)
{
	const gm_variant *row = gm_variant_find(variant);
	return row && row->traits.strategy && strcmp(row->traits.strategy, "oracle") == 0;
}

static json_t *problem_of(const choice_entry *entry)
{
	gm_spec s;
	char family[64], size[96];
	json_t *problem = json_pack("{ss ss?}", "text", entry->problem, "chosen", entry->chosen[0] ? entry->chosen : NULL);
	if (gm_spec_parse(entry->problem, &s, NULL) != GM_OK)
		return problem;
	report_family(entry->problem, family);
	int used = snprintf(size, sizeof size, "I%zu H%zu", s.problem.input_size, s.problem.hidden_size);
	if (s.problem.proj_size)
		snprintf(size + used, sizeof size - (size_t)used, " P%zu", s.problem.proj_size);
	json_object_update_new(problem, json_pack("{ss ss ss sI sI}", "cell", family, "size", size, "pass",
	                                          gm_pass_name(s.pass), "T", (json_int_t)s.T, "N", (json_int_t)s.N));
	return problem;
}

/* figures: p50, low, high, and the ratio with its interval; nothing without a time or an end. */
static void add_time(json_t *times, size_t problem, size_t variant, const double figures[6], const char *sign)
{
	json_t *one = json_pack("[I I]", (json_int_t)problem, (json_int_t)variant);
	for (size_t i = 0; i < 6; i++)
		json_array_append_new(one, results_number(figures[i]));
	json_array_append_new(one, json_string(sign));
	if (figures[0] >= 0 && isfinite(figures[3]) && isfinite(figures[4]) && isfinite(figures[5]))
		json_array_append(times, one);
	json_decref(one);
}

void report_part_data(page *p, const report_view *view)
{
	json_t *variants = json_array(), *problems = json_array(), *times = json_array();
	for (size_t v = 0; v < view->variants.count; v++)
		json_array_append_new(variants, json_pack("{ss sb}", "name", view->variants.name[v], "oracle",
		                                          is_oracle(view->variants.name[v])));
	for (size_t i = 0; i < view->choice.domain_count; i++) {
		const choice_entry *c = &view->choice.domain[i];
		json_array_append_new(problems, problem_of(c));
		if (c->chosen[0])
			add_time(times, i, names_find(&view->variants, c->chosen),
			         (const double[]){c->p50_ns, c->low_ns < 0 ? c->p50_ns : c->low_ns,
			                          c->high_ns < 0 ? c->p50_ns : c->high_ns, 1, 1, 1},
			         "");
		for (const rejected_variant *r = c->rejected; r < c->rejected + c->rejected_count; r++)
			add_time(times, i, names_find(&view->variants, r->variant),
			         (const double[]){r->p50_ns, r->low_ns, r->high_ns, r->ratio, r->ratio_low, r->ratio_high},
			         r->code == CODE_EQUAL       ? "="
			         : r->code == CODE_UNDECIDED ? "?"
			         : r->disturbed              ? "!"
			                                     : "");
	}
	json_t *data = json_pack("{so so so}", "variants", variants, "problems", problems, "times", times);
	put_json(p->out, data);
	json_decref(data);
}
