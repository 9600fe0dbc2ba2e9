# SPDX-License-Identifier: MIT
# The Debian package of what is installed: cpack makes it (tools/scripts/release.sh).  Debian wants manual pages
# compressed and two files more, the licence as "copyright" and the changes in its own form, compressed; their date is
# that of $SOURCE_DATE_EPOCH.
string(REPLACE "-" "~" CPACK_DEBIAN_PACKAGE_VERSION ${GM_VERSION}) # 0.2.0~dev is before 0.2.0
set(CPACK_PACKAGE_CONTACT "Gatemark contributors <maintainers@gatemark.example>")
file(READ NOTICE notice)
file(READ LICENSE license)
file(WRITE ${PROJECT_BINARY_DIR}/debian/copyright "${notice}
The text of the LGPL-2.1 is /usr/share/common-licenses/LGPL-2.1.

${license}")
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${PROJECT_BINARY_DIR}/debian/changelog "gatemark (${CPACK_DEBIAN_PACKAGE_VERSION}) unstable; urgency=medium

  * What is new stands in CHANGELOG.md.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
execute_process(COMMAND gzip -9nf ${PROJECT_BINARY_DIR}/debian/changelog COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${PROJECT_BINARY_DIR}/debian/copyright ${PROJECT_BINARY_DIR}/debian/changelog.gz
  DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(CODE "file(GLOB pages \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man*/*[0-9])
execute_process(COMMAND gzip -9nf \${pages} COMMAND_ERROR_IS_FATAL ANY)")

# Before CMake 4 cpack writes no trigger for the library.
file(WRITE ${PROJECT_BINARY_DIR}/debian/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/debian/triggers)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "which recurrent-network kernel is right and which is fast")
set(CPACK_PACKAGE_DESCRIPTION "Runs competing kernels of RNN, LSTM and GRU, forward and backward, against
golden cases from PyTorch, judges every element, times what is right, and
says which one to deploy on this machine.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
