/* SPDX-License-Identifier: MIT */
/* race_budget.c - what a budget of time allows.  It bounds judging as it bounds timing: what opening and judging a
 * problem will take is told by a line through what they took on the problems before, against their operations; before
 * there is one that says anything about so large a problem, the least that they can take is told by the pace of the
 * plain kernel. */
#include "race_internal.h"

#include <math.h>
#include <stdio.h>

#include "base/clock.h"

#define TRUSTED      16.0 /* a line is believed up to so many times the most work it was drawn through */
#define JUDGE_PASSES 20.0 /* of the plain kernel take less than to judge their work: 31 to 62 of them as measured */
#define MOST_FLOPS   3e11 /* a second, on one core: two fused multiply-adds of 512 bits a cycle, 4.7 GHz */

static double left(const race *r)
{
	return r->options.budget_seconds > 0 ? r->begun + r->options.budget_seconds - clock_now() : INFINITY;
}

void race_take_share(race *r, size_t problems) { r->until = clock_now() + left(r) / (double)problems; }

static void learn(race_cost *c, double work, double seconds)
{
	c->n++;
	c->work += work;
	c->seconds += seconds;
	c->work_work += work * work;
	c->work_seconds += work * seconds;
	c->most_work = fmax(c->most_work, work);
}

/* Negative: unknown. */
static double expect(const race_cost *c, double work)
{
	if (c->n < 1 || work > TRUSTED * c->most_work)
		return -1;
	const double spread = c->work_work - c->work * c->work / c->n;
	const double together = c->work_seconds - c->work * c->seconds / c->n;
	const double slope = spread > 0 ? fmax(0, together / spread) : 0;
	return fmax(0, c->seconds / c->n + slope * (work - c->work / c->n));
}

/* A judge takes a sample of what is larger. */
static double judged_work(const race *r)
{
	const double flops = gm_spec_flops(r->given.spec), most = r->options.judged_flops;
	return most > 0 ? fmin(flops, most) : flops;
}

void race_learn(race *r, double opening, double judging)
{
	learn(&r->opening, gm_spec_flops(r->given.spec), opening);
	learn(&r->judging, judged_work(r), judging);
}

/* Of opening all contestants, each of which runs once. */
static double least_opening(const race *r)
{
	const double least = gm_spec_flops(r->given.spec) / MOST_FLOPS;
	double seconds = 0;
	for (size_t i = 0; i < r->options.contestant_count; i++) {
		const contestant *c = r->options.contestants[i];
		seconds += c->runnable ? fmax(race_least_call(r, c), least) : 0;
	}
	return seconds;
}

/* The judge's own work is plain. */
static double least_judging(const race *r)
{
	return r->source.plain_flops > 0 ? JUDGE_PASSES * judged_work(r) / r->source.plain_flops : 0;
}

double race_rejudging(const race *r)
{
	const double judging = expect(&r->judging, judged_work(r));
	return judging < 0 ? least_judging(r) : judging;
}

/* Of judging the problem, and of opening who is judged, in seconds. */
static double expect_judging(const race *r)
{
	const double opening = expect(&r->opening, gm_spec_flops(r->given.spec));
	return (opening < 0 ? least_opening(r) : opening) + race_rejudging(r);
}

int race_can_wait(const race *r) { return expect_judging(r) > r->until - clock_now() && left(r) > 0; }

static int digits(double seconds) { return seconds < 1 ? 2 : seconds < 10; }

int race_is_late(race *r, double seconds, const char *what, char why[RACE_REASON])
{
	const double rest = left(r);
	if (rest >= seconds)
		return 0;
	r->summary->budget_spent = 1;
	if (rest < 0)
		snprintf(why, RACE_REASON, "time budget of %.3g s spent", r->options.budget_seconds);
	else
		snprintf(why, RACE_REASON, "%s it takes about %.*f s, the time budget of %.3g s has %.*f s left", what,
		         digits(seconds), seconds, r->options.budget_seconds, digits(rest), rest);
	return 1;
}

int race_no_time(race *r, char why[RACE_REASON]) { return race_is_late(r, expect_judging(r), "judging", why); }
