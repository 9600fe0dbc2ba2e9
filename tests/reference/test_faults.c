/* SPDX-License-Identifier: MIT */
/* test_faults.c - the committed fixtures must see every seeded fault, and must not see any where there is none.
 *
 * Honest first: the plain baseline of the library and the faulty kernel told nothing must pass every case they support;
 * only then does a rejection prove anything.  Then every fault runs on every case it applies to (up to a size), and at
 * least one case must reject it.  The table printed says, fault by fault, how many cases did and by how much the
 * one that sees it least and the one that sees it best (shares of the budget; 1 is the limit). */
#include "judged_run.h"

#include "committed.h"
#include "documented.h"
#include "faults/fault_kernel.h"
#include "faults/faults.h"
#include "reader/fixture.h"

#define BUDGET     "reference/BUDGET.md"
#define FLOP_LIMIT 4e7 /* of forward; larger cases repeat what smaller ones say about a fault */

typedef struct judged_case {
	trial trial;
	judge_budget *budget;
	int finite; /* no NaN or Inf among the inputs */
} judged_case;

typedef struct judged_set {
	fixture_set *fixtures;
	judged_case *cases;
	size_t count;
} judged_set;

static judged_set set;

static int all_finite(const gm_tensor *tensor, const float *values)
{
	for (size_t i = 0; tensor->dtype == GM_DTYPE_F32 && i < tensor->count; i++)
		if (!isfinite(values[i]))
			return 0;
	return 1;
}

/* A trial with the case's inputs and results of its own. */
static judged_case copy_case(const gm_case *from)
{
	judged_case c = {.finite = 1};
	gm_error error;

	c.trial.spec = from->spec;
	assert_int_equal(gm_tensors_create(&from->spec, &c.trial.tensors, &error), GM_OK);
	c.trial.data = trial_alloc(c.trial.tensors->count, sizeof *c.trial.data);
	snprintf(c.trial.id, sizeof c.trial.id, "%s", from->id);
	for (size_t row = 0; row < c.trial.tensors->count; row++) {
		const gm_tensor *tensor = &c.trial.tensors->row[row];
		int result = tensor->role == GM_ROLE_OUTPUT || tensor->role == GM_ROLE_GRAD;
		size_t bytes = gm_dtype_bytes(tensor->dtype);

		if (!result && !from->data[row])
			continue;
		c.trial.data[row] = trial_alloc(tensor->count, bytes);
		if (!result) {
			memcpy(c.trial.data[row], from->data[row], tensor->count * bytes);
			c.finite &= all_finite(tensor, c.trial.data[row]);
		}
	}
	if (trial_budget(&c.trial, from->golden64, GM_CLASS_F32, &c.budget, &error) != GM_OK)
		fail_msg("%s: %s", from->id, error.message);
	return c;
}

static int load(void **state)
{
	const char *path = getenv("GM_FIXTURES");
	fixture_options options = {.allow_unlisted = 1};
	gm_error error;

	(void)state;
	assert_non_null(path);
	if (fixture_load(path, &options, &set.fixtures, &error) != GM_OK)
		fail_msg("%s: %s", path, error.message);
	set.cases = calloc(set.fixtures->count, sizeof *set.cases);
	assert_non_null(set.cases);
	for (size_t i = 0; i < set.fixtures->count; i++)
		set.cases[set.count++] = copy_case(set.fixtures->cases[i]);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	for (size_t i = 0; i < set.count; i++) {
		judge_budget_destroy(set.cases[i].budget);
		trial_destroy(&set.cases[i].trial);
	}
	free(set.cases);
	fixture_set_destroy(set.fixtures);
	return 0;
}

/* ---- honest variants pass ---- */

/* Returns the worst share. */
static double assert_honest(const gm_variant *variant, size_t cases)
{
	double worst = 0;
	size_t ran = 0, rows = 0, unfit = 0, failed = 0;
	const char *where = "";

	for (size_t i = 0; i < set.count; i++) {
		trial *t = &set.cases[i].trial;
		gm_status status = trial_run(t, variant);
		opinion o;

		if (status == GM_UNSUPPORTED)
			continue;
		assert_int_equal(status, GM_OK);
		o = trial_opinion(t, set.cases[i].budget);
		ran++;
		rows += o.rows;
		unfit += o.unfit_rows;
		if (!o.pass) {
			char why[160];

			judge_explain(set.cases[i].budget, o.row, t->data[o.row], why);
			print_message("%s: %s %s uses %.3g: %s\n", variant->name, t->id, t->tensors->row[o.row].name, o.used, why);
			failed++;
		}
		if (o.used > worst) {
			worst = o.used;
			where = t->id;
		}
	}
	print_message("%-14s %zu cases, %zu rows (%zu unfit), worst share %.3f in %s\n", variant->name, ran, rows, unfit,
	              worst, where);
	assert_int_equal(ran, cases);
	assert_int_equal(failed, 0);
	return worst;
}

static const gm_variant *library_base(void)
{
	const gm_variant *variant = gm_variant_find("scalar-plain");

	assert_non_null(variant);
	return variant;
}

static void honest_variants_pass(void **state)
{
	(void)state;
	double scalar = assert_honest(library_base(), strtoul(COMMITTED_CASES, NULL, 10));
	double plain = assert_honest(fault_kernel(), strtoul(COMMITTED_PLAIN, NULL, 10));
	assert_documented(scalar, BUDGET, "| `scalar-plain`, fixtures 2026.1 | " COMMITTED_CASES " | ", 0.01);
	assert_documented(plain, BUDGET, "fixtures 2026.1 (one layer, one direction) | " COMMITTED_PLAIN " | ", 0.01);
}

/* ---- faults are rejected ---- */

typedef struct sightings {
	size_t ran, rejected;
	double least, most; /* shares among the cases that reject */
	const char *least_where, *most_where;
} sightings;

static void try_fault(const gm_variant *variant, judged_case *c, sightings *s)
{
	opinion o;

	if (!c->finite || gm_spec_flops(&c->trial.spec) > FLOP_LIMIT || trial_run(&c->trial, variant) != GM_OK)
		return;
	o = trial_opinion(&c->trial, c->budget);
	s->ran++;
	if (o.pass)
		return;
	if (s->rejected == 0 || o.used < s->least) {
		s->least = o.used;
		s->least_where = c->trial.id;
	}
	if (s->rejected == 0 || o.used > s->most) {
		s->most = o.used;
		s->most_where = c->trial.id;
	}
	s->rejected++;
}

/* What the page's table of weak sightings says of a fault: nothing if it is seen at 1e4 budgets or more. */
static void assert_exception(const char *fault, double most)
{
	char row[64];

	snprintf(row, sizeof row, "| `%s` | ", fault);
	if (most < 1e4)
		assert_documented(most, BUDGET, row, 0.02 * most);
	else
		assert_true(isnan(documented(BUDGET, row)));
}

static void every_fault_is_rejected(void **state)
{
	size_t missed = 0;

	(void)state;
	print_message("%-24s %9s  %s\n", "fault", "rejected", "least share and case, greatest share and case");
	for (size_t f = 0; f < fault_count(); f++) {
		const gm_variant *variant = fault_variant(f, library_base());
		sightings s = {.least_where = "", .most_where = ""};

		for (size_t i = 0; i < set.count; i++)
			try_fault(variant, &set.cases[i], &s);
		print_message("%-24s %4zu/%-4zu  %.3g %s, %.3g %s\n", fault_at(f)->name, s.rejected, s.ran, s.least,
		              s.least_where, s.most, s.most_where);
		missed += s.rejected == 0;
		assert_exception(fault_at(f)->name, s.most);
	}
	assert_int_equal(missed, 0);
}

/* Names are what people type; the table must be as long as the design asks. */
static void table_is_sound(void **state)
{
	(void)state;
	assert_true(fault_count() >= 28);
	assert_null(fault_at(fault_count()));
	assert_null(fault_variant(fault_count(), fault_kernel()));
	for (size_t f = 0; f < fault_count(); f++) {
		const fault *row = fault_at(f);

		assert_true(strlen(row->name) > 0 && strlen(row->name) <= 40);
		assert_int_equal(strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(row->name));
		assert_true(row->cells != 0 && row->cells < 1u << GM_CELLS);
		for (size_t other = 0; other < f; other++)
			assert_string_not_equal(fault_at(other)->name, row->name);
	}
}

/* A fault that shows in gradients only must leave outputs to the bit as they were. */
static void backward_faults_leave_outputs(void **state)
{
	trial t = trial_draw("gru_T5_N2_I7_H7", 1, 11), u = trial_draw("gru_T5_N2_I7_H7", 1, 11);

	(void)state;
	assert_int_equal(trial_run(&t, fault_kernel()), GM_OK);
	for (size_t f = 0; f < fault_count(); f++) {
		if (!fault_at(f)->backward || trial_run(&u, fault_variant(f, fault_kernel())) != GM_OK)
			continue;
		for (size_t row = 0; row < t.tensors->count; row++)
			if (t.tensors->row[row].role == GM_ROLE_OUTPUT)
				assert_memory_equal(t.data[row], u.data[row], t.tensors->row[row].count * sizeof(float));
	}
	trial_destroy(&t);
	trial_destroy(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_sound),
		cmocka_unit_test(backward_faults_leave_outputs),
		cmocka_unit_test(honest_variants_pass),
		cmocka_unit_test(every_fault_is_rejected),
	};

	return cmocka_run_group_tests_name("faults", tests, load, unload);
}
