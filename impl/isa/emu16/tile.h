/* SPDX-License-Identifier: MIT */
/* tile.h of emu16 - few tiles, since nothing fits registers here: what counts is the walk (kernels/tile.inc: X). */
#define GEMM_VECTORS 2
#define GEMM_TILES(X) X(1, 1) X(1, 2) X(2, 1) X(3, 1)
#define OUTER_ROWS 3
#define LSTM_TILES(X) X(1, 1) X(2, 1)
#define GRU_TILES(X) X(1, 1) X(1, 2) X(2, 1)
#define RNN_TILES(X) X(1, 1) X(1, 2) X(2, 1) X(2, 2) X(3, 1)
