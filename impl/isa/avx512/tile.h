/* SPDX-License-Identifier: MIT */
/* tile.h of avx512 - what fills 32 registers of sixteen lanes (kernels/tile.inc says what W<n> means). */
#define GEMM_VECTORS 2
#define GEMM_TILES(X) \
	W6(X, 1) W4(X, 2) W3(X, 3) W2(X, 4) W2(X, 5) W2(X, 6) W1(X, 7) W1(X, 8) W1(X, 9) W1(X, 10) W1(X, 11) W1(X, 12)
#define OUTER_ROWS    12
#define LSTM_TILES(X) W2(X, 1) W2(X, 2) W1(X, 3) W1(X, 4) W1(X, 5) W1(X, 6)
#define GRU_TILES(X)  W3(X, 1) W2(X, 2) W1(X, 3) W1(X, 4) W1(X, 5) W1(X, 6) W1(X, 7) W1(X, 8)
#define RNN_TILES(X) \
	W4(X, 1) W4(X, 2) W3(X, 3) W2(X, 4) W2(X, 5) W2(X, 6) W2(X, 7) W2(X, 8) W2(X, 9) W2(X, 10) W2(X, 11) W2(X, 12)
