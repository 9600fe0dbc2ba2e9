/* SPDX-License-Identifier: MIT */
/* environment.c - snapshot and comparison without a word of assembly: the control word of each ISA is seen through
 * <fenv.h> and through what arithmetic on denormals does. */
#include "environment.h"

#include <string.h>

const int environment_signal[ENVIRONMENT_SIGNALS] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS};

/* Bit 0: results may be denormal; bit 1: operands may be. */
static int denormals_kept(void)
{
	volatile float smallest = 0x1p-126f, denormal = 0x1p-140f, half = 0.5f, large = 0x1p100f;
	volatile float result = smallest * half, scaled = denormal * large;

	return (result != 0) | (scaled != 0) << 1;
}

void environment_take(environment *e)
{
	memset(e, 0, sizeof *e);
	fegetenv(&e->fenv);
	e->rounding = fegetround();
	e->unmasked = fegetexcept();
	e->denormals = denormals_kept();
	pthread_sigmask(SIG_SETMASK, NULL, &e->mask);
	for (int i = 0; i < ENVIRONMENT_SIGNALS; i++)
		sigaction(environment_signal[i], NULL, &e->action[i]);
	for (int fd = 0; fd < ENVIRONMENT_DESCRIPTORS; fd++)
		(void)fstat(fd, &e->descriptor[fd]);
}

gm_status environment_check_fp(const environment *e, const char *who, gm_error *error)
{
	const char *what = NULL;

	if (fegetround() != e->rounding)
		what = "changed the rounding mode";
	else if (fegetexcept() != e->unmasked)
		what = "unmasked floating-point exceptions";
	else if (denormals_kept() != e->denormals)
		what = e->denormals ? "left denormals flushed to zero" : "left denormals kept";
	if (!what)
		return GM_OK;
	fesetenv(&e->fenv);
	return gm_fail(error, GM_MISMATCH, "%s %s", who, what);
}

static gm_status check_signals(const environment *e, const char *who, gm_error *error)
{
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (int signal = 1; signal < 32; signal++)
		if (sigismember(&mask, signal) != sigismember(&e->mask, signal)) {
			pthread_sigmask(SIG_SETMASK, &e->mask, NULL);
			return gm_fail(error, GM_MISMATCH, "%s changed the signal mask", who);
		}
	for (int i = 0; i < ENVIRONMENT_SIGNALS; i++) {
		struct sigaction now;

		sigaction(environment_signal[i], NULL, &now);
		if (now.sa_sigaction == e->action[i].sa_sigaction)
			continue;
		sigaction(environment_signal[i], &e->action[i], NULL);
		return gm_fail(error, GM_MISMATCH, "%s changed the handler of signal %d", who, environment_signal[i]);
	}
	return GM_OK;
}

static gm_status check_descriptors(const environment *e, const char *who, gm_error *error)
{
	for (int fd = 0; fd < ENVIRONMENT_DESCRIPTORS; fd++) {
		const struct stat *was = &e->descriptor[fd];
		struct stat now;

		if (!was->st_mode)
			continue;
		if (fstat(fd, &now))
			return gm_fail(error, GM_MISMATCH, "%s closed descriptor %d", who, fd);
		if (now.st_dev != was->st_dev || now.st_ino != was->st_ino)
			return gm_fail(error, GM_MISMATCH, "%s replaced descriptor %d", who, fd);
	}
	return GM_OK;
}

gm_status environment_check(const environment *e, const char *who, gm_error *error)
{
	GM_TRY(environment_check_fp(e, who, error));
	GM_TRY(check_signals(e, who, error));
	return check_descriptors(e, who, error);
}
