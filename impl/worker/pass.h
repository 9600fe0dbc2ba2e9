/* SPDX-License-Identifier: MIT */
/* pass.h - what a pass calls: before its measurement, and inside it. */
#ifndef WORKER_PASS_H
#define WORKER_PASS_H

#include "gatemark/tensors.h"

enum { STEP_SET = 1, STEP_FORWARD = 2, STEP_BACKWARD = 4 }; /* done in this order */

static const struct pass_steps {
	unsigned before, timed;
} pass_steps[GM_PASSES] = {
	[GM_PASS_FWD] = {STEP_SET, STEP_FORWARD},
	[GM_PASS_STEP] = {STEP_SET, STEP_FORWARD},
	[GM_PASS_BWD] = {STEP_SET | STEP_FORWARD, STEP_BACKWARD},
	[GM_PASS_TRAIN] = {STEP_SET, STEP_FORWARD | STEP_BACKWARD},
	[GM_PASS_TRAIN_PACK] = {0, STEP_SET | STEP_FORWARD | STEP_BACKWARD},
	[GM_PASS_FWD_PACK] = {0, STEP_SET | STEP_FORWARD},
};

#endif
