# SPDX-License-Identifier: MIT
# Cross build for aarch64 with Debian's cross compiler; the libraries of that architecture lie in a sysroot of their own
# (GM_SYSROOT, made by tools/scripts/sysroot.sh), since some -dev packages of two architectures exclude each other.
# Programs run under qemu-user.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(triple aarch64-linux-gnu)
if(NOT CMAKE_C_COMPILER)
  set(CMAKE_C_COMPILER ${triple}-gcc)
endif()

set(GM_SYSROOT ${CMAKE_CURRENT_LIST_DIR}/../../build/sysroot-arm64 CACHE PATH "libraries of the target")
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES GM_SYSROOT)
get_filename_component(GM_SYSROOT ${GM_SYSROOT} ABSOLUTE)
# The C library of a bundle: the distribution's, whose source can be had, not that of the cross compiler.
set(GM_STATIC_LIBC ${GM_SYSROOT}/libc/usr/lib/${triple})
set(CMAKE_FIND_ROOT_PATH ${GM_SYSROOT})
set(CMAKE_LIBRARY_ARCHITECTURE ${triple})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} ${GM_SYSROOT}/usr/lib/${triple}/pkgconfig)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${GM_SYSROOT})

find_program(GM_QEMU qemu-aarch64 NO_CMAKE_FIND_ROOT_PATH)
if(GM_QEMU AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${GM_QEMU};-L;/usr/${triple})
endif()
