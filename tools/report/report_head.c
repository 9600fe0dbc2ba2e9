/* SPDX-License-Identifier: MIT */
/* report_head.c - the head of the page and its foot: title, verdict, machine, method. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"
#include "record/rerun.h"

void report_part_title(page *p, const report_view *view)
{
	put(p, "Gatemark: %s, %s", verdict_word_word(view->verdict.word), view->run->machine.cpu);
}

/* ---- the verdict ---- */

static void put_checks(page *p, const report_summary *s)
{
	static const char *const link[CHECK_STATUSES] = {NULL, "failures", "failures", "absent", "absent"};
	put(p, s->verdict.why[0] != '\0' ? "%z of %n conformant; " : "", s->conformant, s->judged, "variant", "variants");
	put(p, "%n: ", s->cases, "case", "cases");
	for (int i = 0; i < CHECK_STATUSES; i++) {
		const char *word = check_status_word((check_status)i);
		put(p, i ? " \302\267 " : "");
		if (link[i] && s->verdict.checks[i] > 0)
			put(p, "<a href=\"#%s\">%z %s</a>", link[i], s->verdict.checks[i], word);
		else
			put(p, "%z %s", s->verdict.checks[i], word);
	}
}

static void put_counts(page *p, const report_summary *s)
{
	if (s->checks > 0)
		put_checks(p, s);
	else
		put(p, "nothing was checked, %n", s->timed, "timing", "timings");
	if (s->verdict.rejected + s->verdict.broken > 0)
		put(p, " \302\267 %z wrong or broken where they were to be timed", s->verdict.rejected + s->verdict.broken);
}

static void put_noise(page *p, const report_summary *s)
{
	if (isnan(s->noise)) {
		put(p, "nothing timed");
		return;
	}
	const char *grade = s->noise < 0.01 ? "quiet" : s->noise < 0.03 ? "fair" : "noisy";
	put(p, "%s, \302\261%f %% (median interval)", 2 * s->tainted > s->blocks ? "disturbed" : grade, 100 * s->noise);
	if (s->blocks > 0)
		put(p, "; %z of %n tainted", s->tainted, s->blocks, "block", "blocks");
}

static void put_facts(page *p, const report_view *view, const report_summary *s)
{
	const run_begin *run = s->run;
	const version_set *v = &run->versions;
	put(p, "<dl>");
	if (view->machines > 1)
		put(p, "<div><dt>Machine</dt><dd>%s, %s</dd></div>", run->machine.cpu, s->machine);
	for (size_t i = 0; i < s->executors.count; i++)
		put(p, "%H%s%H", i ? ", " : "<div><dt>Executor</dt><dd>", s->executors.name[i],
		    i + 1 < s->executors.count ? "" : "</dd></div>");
	put(p, "<div><dt>Noise</dt><dd>");
	put_noise(p, s);
	put(p,
	    "</dd></div><div><dt>Build</dt><dd>gatemark %s, commit %s, %s</dd></div>"
	    "<div><dt>Versions</dt><dd>fixtures %s, judge %z, protocol %z, canonical %z, abi %s</dd></div>"
	    "<div><dt>Run again</dt><dd><code>%S</code></dd></div></dl>",
	    run->gatemark, run->commit, run->compiler, v->fixtures, v->judge, v->protocol, v->canonical, v->abi,
	    rerun_run(run));
}

/* The first cause, so that nobody has to look for it. */
static void put_first(page *p, const report_view *view, const char *machine)
{
	for (size_t k = 0; k < view->failures.count; k++) {
		const cause *c = &view->failures.list[k];
		if (strcmp(evidence_machine(view->e, c->failure[0]->run), machine) != 0)
			continue;
		put(p, "<p class=\"first\"><b>%s</b>: %s. <a href=\"#failures\">all failures</a></p>", c->failure[0]->variant,
		    c->heading);
		return;
	}
}

static void put_bar(page *p, const report_view *view, const report_summary *s)
{
	static const struct {
		const char *css, *sign;
	} kinds[VERDICT_WORDS] = {
		[VERDICT_PASS] = {"pass", "\342\234\223"},    [VERDICT_FAIL] = {"fail", "\342\234\225"},
		[VERDICT_STOPPED] = {"part", "\342\226\240"}, [VERDICT_PARTIAL] = {"part", "\342\227\220"},
		[VERDICT_SKIPPED] = {"none", "\342\200\223"}, [VERDICT_NONE] = {"none", "\342\200\223"}};
	const verdict *v = &s->verdict;
	put(p,
	    "<section class=\"verdict %s\" aria-label=\"Verdict\"><p class=\"word\"><span aria-hidden=\"true\">%s</span> "
	    "%s</p><p class=\"claim\">",
	    kinds[v->word].css, kinds[v->word].sign, verdict_word_word(v->word));
	if (v->why[0] != '\0')
		put(p, "%s<span>", v->why);
	else
		put(p, "%z of %n conformant<span>", s->conformant, s->judged, "variant", "variants");
	put_counts(p, s);
	put(p, "</span></p>");
	put_facts(p, view, s);
	put_first(p, view, s->machine);
	put(p, "</section>");
}

/* A bar a machine: their results are never one verdict. */
void report_part_verdict(page *p, const report_view *view)
{
	for (size_t m = 0; m < view->machines; m++)
		put_bar(p, view, &view->summary[m]);
}

/* ---- machine and method ---- */

static void put_size(page *p, const char *name, size_t bytes)
{
	if (bytes == RECORD_UNKNOWN || bytes == 0)
		return;
	int large = bytes >= 1048576;
	fprintf(p->out, "<li>%s %.4g %s</li>", name, (double)bytes / (large ? 1048576 : 1024), large ? "MiB" : "KiB");
}

void report_part_machine(page *p, const report_view *view)
{
	const machine_profile *m = &view->run->machine;
	const struct {
		const char *before, *text;
	} facts[] = {{"", m->cpu_model}, {"", m->hypervisor}, {"governor ", m->governor}, {"fingerprint ", m->fingerprint}};
	const size_t machines = view->machines, cpus = m->cpus < 0 ? 0 : (size_t)m->cpus;
	put(p, "<ul class=\"machine\" aria-label=\"Machine\"><li><strong>%s</strong></li><li>%n</li><li>", m->cpu, cpus,
	    "CPU", "CPUs");
	for (size_t i = 0; i < m->isa_count; i++)
		put(p, "%s%s", i ? " " : "", m->isa[i]);
	put(p, "</li>");
	put_size(p, "L1d", m->l1d_bytes);
	put_size(p, "L2", m->l2_bytes);
	put_size(p, "L3", m->l3_bytes);
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		if (facts[i].text[0])
			put(p, "<li>%s%s</li>", facts[i].before, facts[i].text);
	put(p, "<li>measured %s</li>", view->run->time);
	if (machines > 1)
		put(p, "<li class=\"mark\">times of %n: in the CSV only</li>", machines - 1, "other machine", "other machines");
	put(p, "</ul>");
}

void report_part_method(page *p, const report_view *view)
{
	static const char *const columns[] = {"run", "time", "command", "end", "commit", "seed", "libraries", "machine"};
	table_begin(p, "", columns, 8, NULL, "t");
	for (const run_begin *run = view->e->run; run < view->e->run + view->e->run_count; run++) {
		const run_end *end = evidence_end(view->e, run->run);
		table_row(p, "%s\t%s\t<code>%S</code>\t", run->run, run->time, rerun_run(run));
		put(p, !end ? "none" : end->interrupted ? "interrupted" : "exit code %z", end ? (size_t)end->exit_code : 0);
		table_cell(p, "%s\t%z\t", run->commit, (size_t)run->seed);
		for (size_t i = 0; i < run->libraries_count; i++)
			put(p, "%s%s %s", i ? ", " : "", run->libraries[i].name, run->libraries[i].version);
		table_cell(p, "%s", run->machine.cpu);
	}
	table_end(p);
}
