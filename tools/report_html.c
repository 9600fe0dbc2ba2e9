/* SPDX-License-Identifier: MIT */
/* report_html.c - escaping, numbers as text, and the head of the page: title, verdict, machine, method.
 * Nothing from a record reaches the page but through report_escape or report_json. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plural.h"
#include "report_parts.h"
#include "results.h"

void report_escape(FILE *out, const char *text)
{
	for (; text && *text; text++)
		switch (*text) {
		case '&': fputs("&amp;", out); break;
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '"': fputs("&quot;", out); break;
		case '\'': fputs("&#39;", out); break;
		default:
			if ((unsigned char)*text >= ' ' || *text == '\n' || *text == '\t')
				fputc(*text, out);
		}
}

void report_time(double ns, char text[24])
{
	static const char *const UNIT[] = {"ns", "\302\265s", "ms", "s"};
	size_t u = 0;
	for (; u < 3 && ns >= 999.5; u++)
		ns /= 1000;
	if (isfinite(ns))
		snprintf(text, 24, "%.*f %s", ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0, ns, UNIT[u]);
	else
		snprintf(text, 24, "?");
}

void report_share(double used, char text[24])
{
	if (isnan(used))
		snprintf(text, 24, "NaN");
	else if (isinf(used))
		snprintf(text, 24, "infinite");
	else if (used < 10)
		snprintf(text, 24, used < 0.0095 && used > 0 ? "<1 %%" : "%.0f %%", 100 * used);
	else if (used < 1e4)
		snprintf(text, 24, "%.0f x", used);
	else
		snprintf(text, 24, "%.1fe%d x", used / pow(10, floor(log10(used))), (int)floor(log10(used)));
}

void report_ratio(double ratio, char text[24])
{
	snprintf(text, 24, ratio < 9.995 ? "%.2f" : ratio < 99.95 ? "%.1f" : "%.0f", ratio);
}

void report_json(FILE *out, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
	for (const char *at = text; at && *at; at++) {
		if (*at == '<' || *at == '>' || *at == '&')
			fprintf(out, "\\u%04x", (unsigned)*at);
		else
			fputc(*at, out);
	}
	free(text);
}

/* ---- the head ---- */

void report_slot_title(FILE *out, const report_view *view)
{
	fprintf(out, "Gatemark: %s, ", results_text(view->summary, "word"));
	report_escape(out, results_text(json_object_get(view->run, "machine"), "cpu"));
}

static void put_joined(FILE *out, const json_t *list, const char *between)
{
	json_t *item;
	size_t i;
	json_array_foreach(list, i, item) {
		fputs(i ? between : "", out);
		report_escape(out, json_string_value(item));
	}
}

/* "name value" pairs of an object, values being texts or integers. */
static void put_pairs(FILE *out, json_t *object)
{
	const char *key, *between = "";
	json_t *value;
	json_object_foreach(object, key, value) {
		fputs(between, out);
		report_escape(out, key);
		if (json_is_integer(value))
			fprintf(out, " %lld", (long long)json_integer_value(value));
		else
			fputc(' ', out);
		report_escape(out, json_string_value(value));
		between = ", ";
	}
}

static void put_counts(FILE *out, const json_t *s)
{
	static const struct {
		const char *key, *link;
	} COUNTS[] = {
		{"pass", NULL}, {"fail", "failures"}, {"xfail", "failures"}, {"unsupported", "absent"}, {"skipped", "absent"}};
	for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
		double count = results_get(s, COUNTS[i].key, 0);
		fputs(i ? " \302\267 " : "", out);
		if (COUNTS[i].link && count > 0)
			fprintf(out, "<a href=\"#%s\">%.0f %s</a>", COUNTS[i].link, count, COUNTS[i].key);
		else
			fprintf(out, "%.0f %s", count, COUNTS[i].key);
	}
}

static void put_noise(FILE *out, const json_t *s)
{
	double noise = results_get(s, "noise", NAN);
	if (isnan(noise)) {
		fputs("nothing timed", out);
		return;
	}
	const char *grade = noise < 0.01 ? "quiet" : noise < 0.03 ? "fair" : "noisy";
	if (2 * results_get(s, "tainted", 0) > results_get(s, "blocks", 0))
		grade = "disturbed";
	fprintf(out, "%s, \302\261%.1f %% (median interval)", grade, 100 * noise);
	if (results_get(s, "blocks", 0) > 0)
		fprintf(out, "; %.0f of %.0f block%s tainted", results_get(s, "tainted", 0), results_get(s, "blocks", 0),
		        plural(results_get(s, "blocks", 0), "", "s"));
}

static void put_fact(FILE *out, const char *name) { fprintf(out, "<div><dt>%s</dt><dd>", name); }

static void put_facts(FILE *out, const report_view *view)
{
	const json_t *s = view->summary;
	put_fact(out, "Executor");
	put_joined(out, json_object_get(s, "executors"), ", ");
	fputs("</dd></div>", out);
	put_fact(out, "Noise");
	put_noise(out, s);
	fputs("</dd></div>", out);
	put_fact(out, "Build");
	fputs("gatemark ", out);
	report_escape(out, results_text(view->run, "gatemark"));
	fputs(", commit ", out);
	report_escape(out, results_text(view->run, "commit"));
	fputs(", ", out);
	report_escape(out, results_text(view->run, "compiler"));
	fputs("</dd></div>", out);
	put_fact(out, "Versions");
	put_pairs(out, json_object_get(view->run, "versions"));
	fputs("</dd></div>", out);
}

/* The first failure, so that nobody has to look for it. */
static void put_first(FILE *out, const report_view *view)
{
	json_t *record;
	size_t i;
	json_array_foreach(view->e->check, i, record) {
		if (strcmp(results_text(record, "status"), "fail") != 0)
			continue;
		char *difference = report_difference(record);
		fputs("<p id=\"first\"><b>", out);
		report_escape(out, results_text(record, "variant"));
		fputs("</b> on ", out);
		report_escape(out, results_text(record, "case"));
		fputs("/", out);
		report_escape(out, results_text(record, "pass"));
		fputs(": ", out);
		if (difference)
			difference[strcspn(difference, "\n")] = 0;
		report_escape(out, difference);
		fputs(" <a href=\"#failures\">all failures</a></p>", out);
		free(difference);
		return;
	}
}

void report_slot_verdict(FILE *out, const report_view *view)
{
	const json_t *s = view->summary;
	const char *word = results_text(s, "word");
	const char *kind = strcmp(word, "PASS") == 0 ? "pass" : strcmp(word, "FAIL") == 0 ? "fail" : "none";
	char *command = report_command(view->run);
	fprintf(
		out,
		"<section class=\"verdict %s\" aria-label=\"Verdict\"><p class=\"word\"><span aria-hidden=\"true\">%s</span> %s</p>",
		kind,
		*kind == 'p'   ? "\342\234\223"
		: *kind == 'f' ? "\342\234\225"
					   : "\342\200\223",
		word);
	fprintf(out, "<p class=\"claim\">%.0f of %.0f %s conformant<span>", results_get(s, "conformant", 0),
	        results_get(s, "judged", 0), plural(results_get(s, "judged", 0), "variant", "variants"));
	fprintf(out, "%.0f %s: ", results_get(s, "cases", 0), plural(results_get(s, "cases", 0), "case", "cases"));
	put_counts(out, s);
	if (results_get(s, "rejected", 0) > 0)
		fprintf(out, " \302\267 %.0f rejected before timing", results_get(s, "rejected", 0));
	fputs("</span></p><dl>", out);
	put_facts(out, view);
	put_fact(out, "Run again");
	fputs("<code>", out);
	report_escape(out, command);
	fputs("</code></dd></div></dl>", out);
	put_first(out, view);
	fputs("</section>", out);
	free(command);
}

static void put_size(FILE *out, const char *name, double bytes)
{
	if (bytes >= 1048576)
		fprintf(out, "<li>%s %.4g MiB</li>", name, bytes / 1048576);
	else if (bytes > 0)
		fprintf(out, "<li>%s %.4g KiB</li>", name, bytes / 1024);
}

void report_slot_machine(FILE *out, const report_view *view)
{
	static const struct {
		const char *key, *before;
	} TEXTS[] = {{"cpu_model", ""}, {"hypervisor", ""}, {"governor", "governor "}, {"fingerprint", "fingerprint "}};
	const json_t *m = json_object_get(view->run, "machine");
	fputs("<ul class=\"machine\" aria-label=\"Machine\"><li><strong>", out);
	report_escape(out, results_text(m, "cpu"));
	fprintf(out, "</strong></li><li>%.0f CPU%s</li><li>", results_get(m, "cpus", 0),
	        plural(results_get(m, "cpus", 0), "", "s"));
	put_joined(out, json_object_get(m, "isa"), " ");
	fputs("</li>", out);
	put_size(out, "L1d", results_get(m, "l1d_bytes", 0));
	put_size(out, "L2", results_get(m, "l2_bytes", 0));
	put_size(out, "L3", results_get(m, "l3_bytes", 0));
	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
		if (!*results_text(m, TEXTS[i].key))
			continue;
		fprintf(out, "<li>%s", TEXTS[i].before);
		report_escape(out, results_text(m, TEXTS[i].key));
		fputs("</li>", out);
	}
	fputs("<li>measured ", out);
	report_escape(out, results_text(view->run, "time"));
	fputs("</li>", out);
	if (evidence_machines(view->e) > 1)
		fprintf(out, "<li class=\"mark\">times of %zu other machine%s: in the CSV only</li>",
		        evidence_machines(view->e) - 1, plural((double)evidence_machines(view->e) - 1, "", "s"));
	fputs("</ul>", out);
}

void report_slot_method(FILE *out, const report_view *view)
{
	json_t *run;
	const char *id;
	fputs("<table><thead><tr><th>run</th><th>time</th><th>command</th><th>commit</th><th>seed</th><th>libraries</th>"
	      "<th>machine</th></tr></thead><tbody>",
	      out);
	json_object_foreach(view->e->runs, id, run) {
		char *command = report_command(run);
		fputs("<tr><td>", out);
		report_escape(out, id);
		fputs("</td><td>", out);
		report_escape(out, results_text(run, "time"));
		fputs("</td><td><code>", out);
		report_escape(out, command);
		fputs("</code></td><td>", out);
		report_escape(out, results_text(run, "commit"));
		fprintf(out, "</td><td>%.0f</td><td>", results_get(run, "seed", 0));
		put_pairs(out, json_object_get(run, "libraries"));
		fputs("</td><td>", out);
		report_escape(out, results_text(json_object_get(run, "machine"), "cpu"));
		fputs("</td></tr>", out);
		free(command);
	}
	fputs("</tbody></table>", out);
}
