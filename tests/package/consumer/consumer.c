/* SPDX-License-Identifier: MIT */
/* consumer.c - what another project has of libgatemark: one forward of an LSTM by the variant that is named, or the
 * widest that runs here.  C11 and C++17. */
#include <gatemark/gatemark.h>
#include <stdio.h>

enum { T = 3, N = 2, I = 4, H = 5, G = 4, MOST = G * H * H };

int main(int argc, char **argv)
{
	static float values[MOST], output[T * N * H];
	const gm_layer_weights layer = {values, values, values, values, NULL};
	gm_model_opts opts = {sizeof opts, 0, 0, 0, 0, 0, argc > 1 ? argv[1] : NULL, NULL, 0};
	gm_model *model = NULL;
	gm_error error;

	for (int i = 0; i < MOST; i++)
		values[i] = (float)(i * 7 % 11 - 5) / 16;
	if (gm_model_create("lstm_T3_N2_I4_H5", &opts, &model, &error) || gm_model_load(model, &layer, 1, &error) ||
	    gm_model_forward(model, T, N, values, output, &error))
		return fprintf(stderr, "%s\n", error.message), 1;
	printf("h = %.9g\n", (double)output[T * N * H - 1]);
	gm_model_destroy(model);
	return 0;
}
