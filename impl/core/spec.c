/* SPDX-License-Identifier: MIT */
/* spec.c - the grammar of problem names: parse, format, and the work a problem is.
 * One table says which token sets which field; parse and format both walk it. */
#include "core.h"

#include "base/cells.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const pass_names[GM_PASSES] = {[GM_PASS_NONE] = "",
                                                  [GM_PASS_FWD] = "fwd",
                                                  [GM_PASS_BWD] = "bwd",
                                                  [GM_PASS_TRAIN] = "train",
                                                  [GM_PASS_TRAIN_PACK] = "train+pack",
                                                  [GM_PASS_STEP] = "step",
                                                  [GM_PASS_FWD_PACK] = "fwd+pack"};
static const char *const class_names[GM_CLASSES] = {
	[GM_CLASS_F32] = "f32", [GM_CLASS_F32_ABS] = "f32-abs", [GM_CLASS_BF16W] = "bf16w", [GM_CLASS_INT8W] = "int8w"};

const char *gm_cell_name(uint32_t cell) { return cell < GM_CELLS ? cell_table[cell].name : "unknown"; }

const char *gm_pass_name(gm_pass pass) { return (unsigned)pass < GM_PASSES ? pass_names[pass] : "unknown"; }

int gm_pass_backward(gm_pass pass)
{
	return pass == GM_PASS_BWD || pass == GM_PASS_TRAIN || pass == GM_PASS_TRAIN_PACK;
}

const char *gm_class_name(uint32_t accuracy_class)
{
	return accuracy_class < GM_CLASSES ? class_names[accuracy_class] : "unknown";
}

/* A token is its key, then a number if it is a size; tokens stand in this order, each at most once. */
typedef enum token_rule { REQUIRED, LEFT_OUT_IF_ONE, LEFT_OUT_IF_ZERO, FLAG } token_rule;

static const struct token {
	const char *key;
	token_rule rule;
	size_t most; /* of a size, which is at least 1 */
} tokens[] = {{"L", LEFT_OUT_IF_ONE, GM_LAYER_LIMIT},
              {"D", LEFT_OUT_IF_ONE, 2},
              {"T", REQUIRED, GM_SIZE_LIMIT},
              {"N", REQUIRED, GM_SIZE_LIMIT},
              {"I", REQUIRED, GM_SIZE_LIMIT},
              {"H", REQUIRED, GM_SIZE_LIMIT},
              {"P", LEFT_OUT_IF_ZERO, GM_SIZE_LIMIT},
              {"nobias", FLAG, 1},
              {"bf", FLAG, 1},
              {"unb", FLAG, 1},
              {"len", FLAG, 1},
              {"drop", FLAG, 1}};
enum { TOK_L, TOK_D, TOK_T, TOK_N, TOK_I, TOK_H, TOK_P, TOK_NOBIAS, TOK_BF, TOK_UNB, TOK_LEN, TOK_DROP, TOKENS };

static void values_of_spec(const gm_spec *spec, size_t value[TOKENS])
{
	const gm_problem *p = &spec->problem;

	value[TOK_L] = p->num_layers;
	value[TOK_D] = gm_directions(p);
	value[TOK_T] = spec->T;
	value[TOK_N] = spec->N;
	value[TOK_I] = p->input_size;
	value[TOK_H] = p->hidden_size;
	value[TOK_P] = p->proj_size;
	value[TOK_NOBIAS] = !p->bias;
	value[TOK_BF] = p->batch_first;
	value[TOK_UNB] = p->unbatched;
	value[TOK_LEN] = p->lengths;
	value[TOK_DROP] = p->dropout > 0;
}

static void spec_of_values(const size_t value[TOKENS], uint32_t cell, gm_spec *spec)
{
	*spec = (gm_spec){.T = value[TOK_T], .N = value[TOK_N]};
	spec->problem = (gm_problem){
		.struct_size = sizeof(gm_problem),
		.cell = cell,
		.input_size = value[TOK_I],
		.hidden_size = value[TOK_H],
		.proj_size = value[TOK_P],
		.num_layers = value[TOK_L],
		.bidirectional = value[TOK_D] == 2,
		.bias = !value[TOK_NOBIAS],
		.batch_first = (uint32_t)value[TOK_BF],
		.unbatched = (uint32_t)value[TOK_UNB],
		.lengths = (uint32_t)value[TOK_LEN],
		.dropout = value[TOK_DROP] ? 0.5 : 0,
	};
}

/* Is word a whole word at text (ended by '_', '/' or the end)? */
static int begins_with(const char *text, const char *word)
{
	size_t length = strlen(word);

	return length && strncmp(text, word, length) == 0 && strchr("_/", text[length]);
}

static uint32_t parse_cell(const char *text)
{
	uint32_t cell = 0;

	while (cell < GM_CELLS && !begins_with(text, cell_table[cell].name))
		cell++;
	return cell;
}

static size_t parse_pass(const char *text)
{
	size_t pass = 0;

	while (pass < GM_PASSES && !begins_with(text, pass_names[pass]))
		pass++;
	return pass;
}

/* Reads one token at *text if it is tokens[index]; 1 = read, 0 = another one, -1 = no number.  A size may be out of
 * range: SIZE_MAX stands for more digits than any has. */
static int parse_token(const char **text, size_t index, size_t *value)
{
	const char *key = tokens[index].key;
	size_t length = strlen(key);
	const char *rest = *text + length;
	size_t digits;

	if (strncmp(*text, key, length) != 0)
		return 0;
	digits = strspn(rest, "0123456789");
	if (tokens[index].rule == FLAG) {
		if (!strchr("_/", *rest))
			return 0;
		*value = 1;
		*text = rest;
		return 1;
	}
	if (digits == 0)
		return 0;
	if ((*rest == '0' && digits > 1) || !strchr("_/", rest[digits]))
		return -1;
	*value = digits > 9 ? SIZE_MAX : strtoul(rest, NULL, 10);
	*text = rest + digits;
	return 1;
}

/* Walks "_token_token..." up to '/' or the end. */
static gm_status parse_tokens(const char *whole, const char **text, size_t value[TOKENS], gm_error *error)
{
	size_t next = 0;

	while (**text == '_') {
		const char *start = ++*text;
		int read = 0;

		for (; next < TOKENS && read == 0; next++)
			read = parse_token(text, next, &value[next]);
		if (read != 1)
			return gm_fail(error, GM_BAD_ARGUMENT,
			               "problem '%.90s': '%.20s' at position %zu is not understood (order: "
			               "L D T N I H P nobias bf unb len drop)",
			               whole, start, (size_t)(start - whole));
		if (value[next - 1] == 0 || value[next - 1] > tokens[next - 1].most)
			return gm_fail(error, GM_BAD_SHAPE, "problem '%.90s': %s is %.*s, must be 1 to %zu", whole,
			               tokens[next - 1].key, (int)(*text - start - 1), start + 1, tokens[next - 1].most);
	}
	for (size_t i = 0; i < TOKENS; i++)
		if (tokens[i].rule == REQUIRED && value[i] == 0)
			return gm_fail(error, GM_BAD_ARGUMENT, "problem '%.90s': %s is missing", whole, tokens[i].key);
	return GM_OK;
}

static gm_status check_spec(const char *whole, const gm_spec *spec, gm_error *error)
{
	if (spec->problem.unbatched && spec->N != 1)
		return gm_fail(error, GM_BAD_ARGUMENT, "problem '%.90s': unb needs N 1, found %zu", whole, spec->N);
	if (spec->problem.unbatched && (spec->problem.batch_first || spec->problem.lengths))
		return gm_fail(error, GM_BAD_ARGUMENT, "problem '%.90s': unb excludes bf and len", whole);
	if (spec->problem.dropout > 0 && spec->problem.num_layers < 2)
		return gm_fail(error, GM_BAD_ARGUMENT, "problem '%.90s': drop needs at least L2", whole);
	if (spec->pass == GM_PASS_STEP && spec->T != 1)
		return gm_fail(error, GM_BAD_ARGUMENT, "problem '%.90s': step needs T 1, found %zu", whole, spec->T);
	return gm_problem_check(&spec->problem, error);
}

gm_status gm_spec_parse(const char *text, gm_spec *spec, gm_error *error)
{
	size_t value[TOKENS] = {[TOK_L] = 1, [TOK_D] = 1};
	const char *at = text;
	uint32_t cell = parse_cell(text);
	gm_spec parsed;

	if (strlen(text) >= GM_SPEC_TEXT)
		return gm_fail(error, GM_BAD_ARGUMENT, "problem name is longer than %d characters", GM_SPEC_TEXT - 1);
	if (cell == GM_CELLS)
		return gm_fail(error, GM_BAD_ARGUMENT, "problem '%.90s' begins with none of%s", text, cell_names);
	at += strlen(cell_table[cell].name);
	GM_TRY(parse_tokens(text, &at, value, error));
	spec_of_values(value, cell, &parsed);
	if (*at == '/') {
		size_t pass = parse_pass(at + 1);

		if (pass == GM_PASSES || at[1 + strlen(pass_names[pass])] != '\0')
			return gm_fail(error, GM_BAD_ARGUMENT,
			               "problem '%.90s': pass '%.20s' is not fwd, bwd, train, train+pack, step or fwd+pack", text,
			               at + 1);
		parsed.pass = (gm_pass)pass;
	} else if (*at) {
		return gm_fail(error, GM_BAD_ARGUMENT, "problem '%.90s': '%.20s' is not understood", text, at);
	}
	GM_TRY(check_spec(text, &parsed, error));
	*spec = parsed;
	return GM_OK;
}

/* Must a token stand in the text, given its value? */
static int token_stands(const struct token *token, size_t value)
{
	switch (token->rule) {
	case REQUIRED: return 1;
	case LEFT_OUT_IF_ONE: return value != 1;
	case LEFT_OUT_IF_ZERO:
	case FLAG: break;
	}
	return value != 0;
}

void gm_spec_format(const gm_spec *spec, char text[GM_SPEC_TEXT])
{
	size_t value[TOKENS];
	size_t used = (size_t)snprintf(text, GM_SPEC_TEXT, "%s", gm_cell_name(spec->problem.cell));

	values_of_spec(spec, value);
	for (size_t i = 0; i < TOKENS && used < GM_SPEC_TEXT; i++) {
		if (!token_stands(&tokens[i], value[i]))
			continue;
		if (tokens[i].rule == FLAG)
			used += (size_t)snprintf(text + used, GM_SPEC_TEXT - used, "_%s", tokens[i].key);
		else
			used += (size_t)snprintf(text + used, GM_SPEC_TEXT - used, "_%s%zu", tokens[i].key, value[i]);
	}
	if (spec->pass != GM_PASS_NONE && used < GM_SPEC_TEXT)
		snprintf(text + used, GM_SPEC_TEXT - used, "/%s", gm_pass_name(spec->pass));
}

double gm_spec_flops(const gm_spec *spec)
{
	static const double share[GM_PASSES] = {
		[GM_PASS_NONE] = 1,       [GM_PASS_FWD] = 1,  [GM_PASS_BWD] = 2,     [GM_PASS_TRAIN] = 3,
		[GM_PASS_TRAIN_PACK] = 3, [GM_PASS_STEP] = 1, [GM_PASS_FWD_PACK] = 1};
	const gm_problem *p = &spec->problem;
	double H = (double)p->hidden_size, R = (double)gm_state_size(p), P = (double)p->proj_size;
	double flops = 0;

	for (size_t layer = 0; layer < p->num_layers; layer++)
		flops += 2 * (double)gm_gates(p->cell) * H * ((double)gm_layer_input(p, layer) + R) + 2 * P * H;
	return flops * (double)gm_directions(p) * (double)spec->T * (double)spec->N * share[spec->pass];
}
