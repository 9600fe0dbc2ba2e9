/* SPDX-License-Identifier: MIT */
/* bits.c - on standard output, a line for each problem and variant that runs here: a hash of all that forward and
 * backward write, the same on every system; and what is said of what is refused. */
#include <gatemark/variant.h>
#include <stdio.h>
#include <string.h>

enum { T = 7, N = 3, I = 9, ROOM = 1 << 14, MOST = 4 };

static const char *const specs[] = {"lstm_T7_N3_I9_H17",        "lstm_L2_D2_T7_N3_I9_H33", "lstm_T7_N3_I9_H19_P5",
                                    "gru_T7_N3_I9_H16",         "gru_L2_T7_N3_I9_H21",     "rnn_tanh_T7_N3_I9_H31",
                                    "rnn_relu_D2_T7_N3_I9_H8",  "rnn_sigmoid_T7_N3_I9_H7", "gru_T7_N3_I9_H13_nobias",
                                    "lstm_T7_N3_I9_H32_bf",     "lstm_T7_N0_I9_H17",       "lstm_T7_N3_I9_H17_P17",
                                    "lstm_T7_N3_I9_H17_nosuch", "gru_T99999999_N3_I9_H17"};

static float input[T * N * I], output[T * N * 128], grad_output[T * N * 128], grad_input[T * N * I];
static float weight[MOST][5][ROOM], grad[MOST][5][ROOM];

static void fill(float *values, size_t count, unsigned seed)
{
	for (size_t i = 0; i < count; i++) {
		seed = seed * 1664525u + 1013904223u;
		values[i] = (float)((int)(seed >> 16) - 32768) / 65536;
	}
}

static void hash(unsigned long long *h, const void *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		*h = (*h ^ ((const unsigned char *)data)[i]) * 1099511628211ull;
}

static gm_status run(gm_model *model, unsigned long long *h, gm_error *error)
{
	const gm_problem *p = gm_model_problem(model);
	const size_t count = p->num_layers * gm_directions(p);
	gm_layer_weights layers[MOST];
	gm_layer_grads grads[MOST];
	for (size_t k = 0; k < count; k++) {
		float(*w)[ROOM] = weight[k], (*g)[ROOM] = grad[k];
		const int bias = p->bias != 0, projected = p->proj_size > 0;
		layers[k] = (gm_layer_weights){w[0], w[1], bias ? w[2] : NULL, bias ? w[3] : NULL, projected ? w[4] : NULL};
		grads[k] = (gm_layer_grads){g[0], g[1], bias ? g[2] : NULL, bias ? g[3] : NULL, projected ? g[4] : NULL};
	}
	memset(output, 0, sizeof output);
	memset(grad, 0, sizeof grad);
	GM_TRY(gm_model_load(model, layers, count, error));
	GM_TRY(gm_model_forward(model, T, N, input, output, error));
	GM_TRY(gm_model_backward(model, grad_output, grad_input, grads, count, error));
	*h = 14695981039346656037ull;
	hash(h, output, sizeof output);
	hash(h, grad_input, sizeof grad_input);
	hash(h, grad, sizeof grad);
	return GM_OK;
}

static void one(const char *spec, const char *variant)
{
	gm_model_opts opts = {.struct_size = sizeof opts, .mode = GM_MODE_TRAIN, .variant = variant};
	gm_model *model = NULL;
	gm_error error;
	unsigned long long h = 0;
	gm_status status = gm_model_create(spec, &opts, &model, &error);
	if (status == GM_OK)
		status = run(model, &h, &error);
	printf("%s %s ", variant, spec);
	if (status == GM_OK)
		printf("%08lx%08lx\n", (unsigned long)(h >> 32), (unsigned long)(h & 0xffffffff));
	else
		printf("%s: %s\n", gm_status_name(status), error.message);
	gm_model_destroy(model);
}

int main(void)
{
	fill(input, sizeof input / sizeof *input, 1);
	fill(grad_output, sizeof grad_output / sizeof *grad_output, 2);
	fill(weight[0][0], sizeof weight / sizeof(float), 3);
	for (size_t v = 0; v < gm_variant_count(); v++)
		for (size_t s = 0; gm_variant_runnable(gm_variant_at(v), NULL) == GM_OK && s < sizeof specs / sizeof *specs;
		     s++)
			one(specs[s], gm_variant_at(v)->name);
	return 0;
}
