# SPDX-License-Identifier: MIT
# embed.cmake - cmake -DOUT=F -DFILES="name=path;..." -P embed.cmake: writes C that holds the files as bytes and the
# table report_assets of report_parts.h.  Each array ends with a NUL that its count leaves out.
set(arrays "")
set(rows "")
set(index 0)
foreach(pair IN LISTS FILES)
  string(REGEX MATCH "^([^=]*)=(.*)$" whole "${pair}")
  set(name "${CMAKE_MATCH_1}")
  file(READ "${CMAKE_MATCH_2}" bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const unsigned char asset_${index}[] = {\n${bytes}0};\n")
  string(APPEND rows "\t{\"${name}\", asset_${index}, sizeof asset_${index} - 1},\n")
  math(EXPR index "${index} + 1")
endforeach()
set(table "const report_asset report_assets[] = {\n${rows}\t{0, 0, 0},\n};\n")
file(WRITE "${OUT}" "#include \"report/report_parts.h\"\n\n${arrays}\n${table}")
