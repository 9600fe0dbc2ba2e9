/* SPDX-License-Identifier: MIT */
/* tile.h of sve256 - at most 24 of 32 registers are accumulators, whatever their length; the others hold what is
 * multiplied (kernels/tile.inc says what W<n> means). */
#define GEMM_VECTORS  4
#define GEMM_TILES(X) W4(X, 1) W3(X, 2) W2(X, 3) W1(X, 4) W1(X, 5) W1(X, 6)
#define OUTER_ROWS    6
#define LSTM_TILES(X) W4(X, 1) W3(X, 2) W2(X, 3) W1(X, 4) W1(X, 5) W1(X, 6)
#define GRU_TILES(X)  W4(X, 1) W4(X, 2) W2(X, 3) W2(X, 4) W1(X, 5) W1(X, 6) W1(X, 7) W1(X, 8)
#define RNN_TILES(X)  W8(X, 1) W8(X, 2) W8(X, 3) W6(X, 4) W4(X, 5) W4(X, 6)
