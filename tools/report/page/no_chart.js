/* SPDX-License-Identifier: MIT */
/* no_chart.js - in the place of Chart.js in a build without it: opens the tables below the charts' headings. */
'use strict';
for (const table of document.querySelectorAll('.charts .numbers')) {
	const said = document.createElement('p');
	said.textContent = 'No chart: this gatemark was built without Chart.js.';
	table.before(said);
	table.open = true;
}
