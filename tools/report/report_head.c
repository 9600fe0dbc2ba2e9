/* SPDX-License-Identifier: MIT */
/* report_head.c - the head of the page and its foot: title, verdict, machine, method. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"
#include "record/rerun.h"

void report_part_title(FILE *out, const report_view *view)
{
	html(out, "Gatemark: %s, %s", view->summary.word, view->run->machine.cpu);
}

/* ---- the verdict ---- */

static void put_counts(FILE *out, const report_summary *s)
{
	static const char *const link[CHECK_STATUSES] = {NULL, "failures", "failures", "absent", "absent"};
	for (int i = 0; i < CHECK_STATUSES; i++) {
		const char *word = check_status_word((check_status)i);
		fputs(i ? " \302\267 " : "", out);
		if (link[i] && s->checks[i] > 0)
			html(out, "<a href=\"#%s\">%z %s</a>", link[i], s->checks[i], word);
		else
			html(out, "%z %s", s->checks[i], word);
	}
	if (s->rejected > 0)
		html(out, " \302\267 %z rejected before timing", s->rejected);
}

static void put_noise(FILE *out, const report_summary *s)
{
	if (isnan(s->noise)) {
		fputs("nothing timed", out);
		return;
	}
	const char *grade = s->noise < 0.01 ? "quiet" : s->noise < 0.03 ? "fair" : "noisy";
	html(out, "%s, \302\261%f %% (median interval)", 2 * s->tainted > s->blocks ? "disturbed" : grade, 100 * s->noise);
	if (s->blocks > 0)
		html(out, "; %z of %n tainted", s->tainted, s->blocks, "block", "blocks");
}

static void put_facts(FILE *out, const report_view *view)
{
	const run_begin *run = view->run;
	const version_set *v = &run->versions;
	fputs("<dl><div><dt>Executor</dt><dd>", out);
	for (size_t i = 0; i < view->summary.executors.count; i++)
		html(out, "%s%s", i ? ", " : "", view->summary.executors.name[i]);
	fputs("</dd></div><div><dt>Noise</dt><dd>", out);
	put_noise(out, &view->summary);
	html(out, "</dd></div><div><dt>Build</dt><dd>gatemark %s, commit %s, %s</dd></div>", run->gatemark, run->commit,
	     run->compiler);
	html(out, "<div><dt>Versions</dt><dd>fixtures %s, judge %z, protocol %z, canonical %z, abi %s</dd></div>",
	     v->fixtures, v->judge, v->protocol, v->canonical, v->abi);
	html(out, "<div><dt>Run again</dt><dd><code>%S</code></dd></div></dl>", rerun_run(run));
}

/* The first failure, so that nobody has to look for it. */
static void put_first(FILE *out, const report_view *view)
{
	size_t i = 0;
	while (i < view->e->check_count && view->e->check[i].status != STATUS_FAIL)
		i++;
	if (i == view->e->check_count)
		return;
	const check_result *r = &view->e->check[i];
	char *difference = report_difference(r);
	if (difference)
		difference[strcspn(difference, "\n")] = 0;
	html(out, "<p id=\"first\"><b>%s</b> on %s/%s: %S <a href=\"#failures\">all failures</a></p>", r->variant,
	     r->case_id, check_pass_word(r->pass), difference);
}

void report_part_verdict(FILE *out, const report_view *view)
{
	static const struct {
		const char *css, *sign;
	} kinds[] = {{"pass", "\342\234\223"}, {"fail", "\342\234\225"}, {"none", "\342\200\223"}};
	const report_summary *s = &view->summary;
	const size_t k = strcmp(s->word, "PASS") == 0 ? 0 : strcmp(s->word, "FAIL") == 0 ? 1 : 2;
	html(out,
	     "<section class=\"verdict %s\" aria-label=\"Verdict\"><p class=\"word\"><span aria-hidden=\"true\">%s</span> "
	     "%s</p><p class=\"claim\">%z of %n conformant<span>%n: ",
	     kinds[k].css, kinds[k].sign, s->word, s->conformant, s->judged, "variant", "variants", s->cases, "case",
	     "cases");
	put_counts(out, s);
	fputs("</span></p>", out);
	put_facts(out, view);
	put_first(out, view);
	fputs("</section>", out);
}

/* ---- machine and method ---- */

static void put_size(FILE *out, const char *name, size_t bytes)
{
	if (bytes == RECORD_UNKNOWN || bytes == 0)
		return;
	int large = bytes >= 1048576;
	fprintf(out, "<li>%s %.4g %s</li>", name, (double)bytes / (large ? 1048576 : 1024), large ? "MiB" : "KiB");
}

void report_part_machine(FILE *out, const report_view *view)
{
	const machine_profile *m = &view->run->machine;
	const struct {
		const char *before, *text;
	} facts[] = {{"", m->cpu_model}, {"", m->hypervisor}, {"governor ", m->governor}, {"fingerprint ", m->fingerprint}};
	const size_t machines = evidence_machines(view->e), cpus = m->cpus < 0 ? 0 : (size_t)m->cpus;
	html(out, "<ul class=\"machine\" aria-label=\"Machine\"><li><strong>%s</strong></li><li>%n</li><li>", m->cpu, cpus,
	     "CPU", "CPUs");
	for (size_t i = 0; i < m->isa_count; i++)
		html(out, "%s%s", i ? " " : "", m->isa[i]);
	fputs("</li>", out);
	put_size(out, "L1d", m->l1d_bytes);
	put_size(out, "L2", m->l2_bytes);
	put_size(out, "L3", m->l3_bytes);
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		if (facts[i].text[0])
			html(out, "<li>%s%s</li>", facts[i].before, facts[i].text);
	html(out, "<li>measured %s</li>", view->run->time);
	if (machines > 1)
		html(out, "<li class=\"mark\">times of %n: in the CSV only</li>", machines - 1, "other machine",
		     "other machines");
	fputs("</ul>", out);
}

void report_part_method(FILE *out, const report_view *view)
{
	static const char *const columns[] = {"run", "time", "command", "commit", "seed", "libraries", "machine", NULL};
	table t = {.out = out};
	table_begin(&t, "", columns, "t");
	for (const run_begin *run = view->e->run; run < view->e->run + view->e->run_count; run++) {
		table_row(&t, "%s\t%s\t<code>%S</code>\t%s\t%z\t", run->run, run->time, rerun_run(run), run->commit,
		          (size_t)run->seed);
		for (size_t i = 0; i < run->libraries_count; i++)
			table_more(&t, "%s%s %s", i ? ", " : "", run->libraries[i].name, run->libraries[i].version);
		table_cell(&t, "%s", run->machine.cpu);
	}
	table_end(&t);
}
