/* SPDX-License-Identifier: MIT */
/* tile.h of avx2 - what fills 16 registers of eight lanes (kernels/tile.inc says what W<n> means). */
#define GEMM_VECTORS  2
#define GEMM_TILES(X) W6(X, 1) W3(X, 2) W2(X, 3) W1(X, 4) W1(X, 5) W1(X, 6)
#define OUTER_ROWS    6
#define LSTM_TILES(X) W2(X, 1) W1(X, 2) W1(X, 3)
#define GRU_TILES(X)  W3(X, 1) W2(X, 2) W1(X, 3) W1(X, 4)
#define RNN_TILES(X)  W8(X, 1) W4(X, 2) W3(X, 3) W2(X, 4) W2(X, 5) W2(X, 6)
