/* SPDX-License-Identifier: MIT */
/* report.js - what the page can do with scripts: two charts with their selectors, sorting, filtering, copying.
 *
 * All numbers come from the block #data (report_chart.c: variants, problems, times); text reaches the page through
 * textContent only.  Without scripts, or without Chart, the tables say the same. */
(function () {
'use strict';

const data = JSON.parse(document.getElementById('data').textContent);
const problems = data.problems.map((p, i) => Object.assign({index: i, times: []}, p));
for (const [problem, variant, p50, low, high, ratio, ratioLow, ratioHigh, sign] of data.times)
	problems[problem].times.push({variant, p50, low, high, ratio, ratioLow, ratioHigh, sign});

const nameOf = v => data.variants[v].name;
const indexOf = name => data.variants.findIndex(v => v.name === name);
const shown = v => !data.variants[v].oracle;
const byId = id => document.getElementById(id);
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const unique = list => [...new Set(list)];

/* The plain baseline is grey; the rest take the palette in the order of the table, never by their speed. */
const order = data.variants.map((v, i) => i).filter(i => shown(i) && nameOf(i) !== 'scalar-plain');
const MARKS = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'crossRot', 'cross'];
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 2], [12, 4]];
function style(v) {
	const k = order.indexOf(v);
	if (k < 0)
		return {colour: css('--v6'), dash: [3, 3], mark: 'cross'};
	return {colour: css('--v' + k % 6), dash: DASHES[k % DASHES.length], mark: MARKS[k % MARKS.length]};
}
function tint(colour, share) {
	const n = parseInt(colour.slice(1), 16);
	return 'rgba(' + (n >> 16) + ',' + (n >> 8 & 255) + ',' + (n & 255) + ',' + share + ')';
}

function time(ns) {
	const units = ['ns', 'µs', 'ms', 's'];
	let u = 0;
	for (; u < 3 && ns >= 999.5; u++)
		ns /= 1000;
	return Number(ns.toPrecision(3)) + ' ' + units[u];
}
/* The values m * 10^k from low to high, for axes that would else leave most lines without a number. */
function ticks(low, high, mantissas) {
	const list = [];
	for (let k = Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); k++)
		for (const m of mantissas) {
			const value = Number((m * Math.pow(10, k)).toPrecision(3));
			if (value >= low && value <= high)
				list.push({value});
		}
	return list;
}
/* What an axis shows: all values, and of their intervals, which noise can make endless, four times beyond at most. */
function extent(values, lows, highs) {
	return {low: Math.max(Math.min(...values, ...lows), Math.min(...values) / 4),
		high: Math.min(Math.max(...values, ...highs), Math.max(...values) * 4)};
}
const factor = r => (r < 9.995 ? r.toFixed(2) : r < 99.95 ? r.toFixed(1) : r.toFixed(0)) + '×';

function fillSelect(select, values, label, keep) {
	const old = keep === undefined ? select.value : keep;
	select.replaceChildren(...values.map(value => {
		const option = document.createElement('option');
		option.value = value;
		option.textContent = label ? label(value) : value;
		return option;
	}));
	if (values.some(value => String(value) === String(old)))
		select.value = old;
	select.disabled = values.length < 2;
}

/* ---- time per step against T ---- */

const familyKeys = ['cell', 'size', 'N', 'pass'];
const families = problems.filter(p => p.T);
let stepsChart = null;

/* The family with most lengths: what the page opens with. */
function richest() {
	const count = {};
	let best = families[0];
	for (const p of families) {
		const key = familyKeys.map(k => p[k]).join(' ');
		count[key] = (count[key] || 0) + 1;
		if (count[key] > (count[familyKeys.map(k => best[k]).join(' ')] || 0))
			best = p;
	}
	return best;
}

/* Narrows each selector to what exists under the ones before it; returns the problems of the family. */
function narrow(form, wish) {
	let left = families;
	for (const key of familyKeys) {
		const select = form.elements[key];
		fillSelect(select, unique(left.map(p => p[key])), null, wish ? wish[key] : undefined);
		left = left.filter(p => String(p[key]) === select.value);
	}
	return left.sort((a, b) => a.T - b.T);
}

function lineSets(family) {
	const sets = [];
	for (const v of data.variants.map((x, i) => i).filter(shown)) {
		const points = family.map(p => ({T: p.T, t: p.times.find(t => t.variant === v)})).filter(p => p.t);
		if (!points.length)
			continue;
		const {colour, dash, mark} = style(v);
		const edge = {variant: v, band: true, pointRadius: 0, pointHitRadius: 0, borderWidth: 0,
			backgroundColor: tint(colour, 0.22)};
		sets.push({label: nameOf(v), variant: v, borderColor: colour, backgroundColor: colour, borderDash: dash,
			borderWidth: 2, pointStyle: mark, pointRadius: 4, pointBorderWidth: 1.5, pointHoverRadius: 6,
			data: points.map(p => ({x: p.T, y: p.t.p50 / p.T, low: p.t.low / p.T, high: p.t.high / p.T}))});
		sets.push(Object.assign({fill: '+1', data: points.map(p => ({x: p.T, y: p.t.high / p.T}))}, edge));
		sets.push(Object.assign({fill: false, data: points.map(p => ({x: p.T, y: p.t.low / p.T}))}, edge));
	}
	return sets;
}

function toggleVariant(event, item, legend) {
	const chart = legend.chart, v = chart.data.datasets[item.datasetIndex].variant;
	const hide = chart.isDatasetVisible(item.datasetIndex);
	chart.data.datasets.forEach((set, i) => {
		if (set.variant === v)
			chart.setDatasetVisibility(i, !hide);
	});
	chart.update();
}

function axis(title, more) {
	return Object.assign({type: 'logarithmic', title: {display: true, text: title, color: css('--soft')},
		grid: {color: css('--line')}}, more);
}

function drawSteps(wish) {
	const family = narrow(byId('steps-controls'), wish), lengths = unique(family.map(p => p.T));
	const few = lengths.length > 12 ? lengths.filter((T, i) => i % 2 === 0) : lengths;
	const marks = span => span > 3000 ? [1] : span < 12 ? [1, 1.5, 2, 3, 4, 5, 7] : [1, 2, 5];
	const margin = lengths.length > 1 ? 1.15 : 2, sets = lineSets(family);
	const heights = band => sets.filter(set => !!set.band === band).flatMap(set => set.data.map(p => p.y));
	const seen = extent(heights(false), heights(true), heights(true)), low = seen.low / 1.25, high = seen.high * 1.25;
	const options = {
		responsive: true, maintainAspectRatio: false, animation: false, interaction: {mode: 'x', intersect: false},
		scales: {
			x: axis('sequence length T', {min: lengths[0] / margin, max: lengths[lengths.length - 1] * margin,
				afterBuildTicks: a => { a.ticks = few.map(value => ({value})); },
				ticks: {color: css('--soft'), callback: value => value, autoSkip: true, maxRotation: 0}}),
			y: axis('time per step', {min: low, max: high,
				afterBuildTicks: a => { a.ticks = ticks(low, high, marks(high / low)); },
				ticks: {color: css('--soft'), autoSkip: false, callback: value => time(value)}})
		},
		plugins: {
			legend: {position: 'bottom', onClick: toggleVariant, labels: {color: css('--ink'), usePointStyle: true,
				boxWidth: 10, boxHeight: 7, padding: 14, filter: (item, all) => !all.datasets[item.datasetIndex].band}},
			tooltip: {filter: item => !item.dataset.band, itemSort: (a, b) => a.parsed.y - b.parsed.y,
				usePointStyle: true, callbacks: {title: items => items.length ? 'T ' + items[0].parsed.x : '',
					label: ({dataset, raw}) =>
						` ${dataset.label}  ${time(raw.y)}  (${time(raw.low)} to ${time(raw.high)})`}}
		}
	};
	if (stepsChart)
		stepsChart.destroy();
	stepsChart = new Chart(byId('steps-chart'), {type: 'line', data: {datasets: sets}, options});
	byId('steps-caption').textContent = chosenByLength(family);
}

/* "Chosen: T 1 to 8 avx2-fused; T 16 avx512-stream" */
function chosenByLength(family) {
	const runs = [];
	for (const p of family) {
		const last = runs[runs.length - 1], name = p.chosen || 'none';
		if (last && last.name === name)
			last.to = p.T;
		else
			runs.push({name, from: p.T, to: p.T});
	}
	const parts = runs.map(r => 'T ' + r.from + (r.to > r.from ? ' to ' + r.to : '') + ' ' + r.name);
	return 'Chosen: ' + parts.join('; ') + '. Bands: 95 % intervals.';
}

/* ---- speed of the chosen one ---- */

let speedChart = null;

function rivalOf(problem, against) {
	const rivals = problem.times.filter(t => nameOf(t.variant) !== problem.chosen && shown(t.variant));
	if (against !== '')
		return rivals.find(t => nameOf(t.variant) === against);
	return rivals.filter(t => t.sign !== '=').sort((a, b) => a.ratio - b.ratio)[0];
}

function bars(against, scope) {
	const asked = problems.filter(p => p.chosen && (scope === '' || p.pass === scope));
	return asked.map(problem => ({problem, rival: rivalOf(problem, against)})).filter(b => b.rival);
}

const WORDS = {'=': ' equals ', '?': ' undecided against ', '!': ' (disturbed) against '};

/* Draws each bar's interval and, behind it, the factor and who won against whom. */
const whiskers = {
	id: 'whiskers',
	afterDatasetsDraw(chart, args, options) {
		const c = chart.ctx, x = chart.scales.x;
		c.save();
		c.strokeStyle = c.fillStyle = options.ink;
		c.font = '11px system-ui, "DejaVu Sans", sans-serif';
		c.textBaseline = 'middle';
		chart.getDatasetMeta(0).data.forEach((bar, i) => {
			const {rival} = options.list[i];
			const pixel = r => x.getPixelForValue(Math.min(Math.max(r, x.min), x.max));
			const low = pixel(rival.ratioLow), high = pixel(rival.ratioHigh);
			c.beginPath();
			c.moveTo(low, bar.y);
			c.lineTo(high, bar.y);
			for (const end of [low, high]) {
				c.moveTo(end, bar.y - 3);
				c.lineTo(end, bar.y + 3);
			}
			c.stroke();
			c.fillText(factor(rival.ratio) + ' ' + rival.sign, Math.max(low, high, pixel(1)) + 5, bar.y);
		});
		const one = x.getPixelForValue(1);
		c.lineWidth = 1.5;
		c.beginPath();
		c.moveTo(one, chart.chartArea.top);
		c.lineTo(one, chart.chartArea.bottom);
		c.stroke();
		c.restore();
	}
};

/* Centred on 1 where something lies on its left, else 1 near the left edge.  room: for labels, share of the axis. */
function range(list, room) {
	const all = member => list.map(b => b.rival[member]);
	const {low, high} = extent([1, 1.1, ...all('ratio')], all('ratioLow'), all('ratioHigh'));
	if (low > 0.95)
		return {min: Math.min(low, Math.pow(high, -0.04)), max: Math.pow(high, 1 + room)};
	const widest = Math.pow(Math.max(high, 1 / low), 1.03 + room);
	return {min: 1 / widest, max: widest};
}

/* Mantissas of the ticks: as many as a span of this factor has room for. */
function steps(span, narrowPage) {
	if (span > 2000)
		return [1];
	if (span < 2.2)
		return narrowPage ? [1, 1.2, 1.5, 2, 5, 8] : [1, 1.1, 1.2, 1.3, 1.5, 1.8, 2, 5, 7, 8, 9];
	return span < 30 && !narrowPage ? [1, 1.5, 2, 3, 5, 7] : [1, 2, 5];
}

function drawSpeed() {
	const {against: {value: against}, scope} = byId('speed-controls').elements, list = bars(against, scope.value);
	const narrowPage = byId('speed-box').clientWidth < 480, {min, max} = range(list, narrowPage ? 0.32 : 0.22);
	const options = {
		indexAxis: 'y', responsive: true, maintainAspectRatio: false, animation: false,
		scales: {
			x: axis(`time of ${against || 'the next best'} / time of the chosen variant`, {position: 'top', min, max,
				afterBuildTicks: a => { a.ticks = ticks(min, max, steps(max / min, narrowPage)); },
				ticks: {color: css('--soft'), maxRotation: 0, autoSkip: false, callback: value => value + '×'}}),
			y: {grid: {display: false},
				ticks: {color: css('--ink'), autoSkip: false, font: {size: narrowPage ? 9 : 11}}}
		},
		plugins: {
			legend: {display: false},
			whiskers: {list, ink: css('--ink')},
			tooltip: {callbacks: {label: item => {
				const {problem, rival} = list[item.dataIndex];
				return [problem.chosen + (WORDS[rival.sign] || ' against ') + nameOf(rival.variant),
					factor(rival.ratio) + ' (' + factor(rival.ratioLow) + ' to ' + factor(rival.ratioHigh) + ')'];
			}}}
		}
	};
	byId('speed-box').style.height = Math.max(200, 60 + 22 * list.length) + 'px';
	if (speedChart)
		speedChart.destroy();
	const colour = b => style(indexOf(b.problem.chosen)).colour;
	speedChart = new Chart(byId('speed-chart'), {type: 'bar', plugins: [whiskers], options, data: {
		labels: list.map(b => b.problem.text),
		datasets: [{base: 1, data: list.map(b => b.rival.ratio), barThickness: 12, borderWidth: 1,
			backgroundColor: list.map(b => b.rival.sign ? tint(css('--v6'), 0.45) : tint(colour(b), 0.75)),
			borderColor: list.map(b => b.rival.sign ? css('--v6') : colour(b))}]}});
	const winners = unique(list.map(b => b.problem.chosen));
	byId('speed-caption').textContent = list.length
		? 'Right of 1: the chosen variant is faster. Bars have the colour of the chosen variant (' + winners.join(', ')
			+ '); grey: equal (=), undecided (?), disturbed (!).'
		: 'No problem here has both.';
}

function startSpeed() {
	const form = byId('speed-controls');
	const timed = unique(data.times.map(t => t[1])).filter(shown).sort((a, b) => a - b).map(nameOf);
	const passes = unique(problems.map(p => p.pass).filter(Boolean)), many = problems.length > 24;
	fillSelect(form.elements.against, ['', ...timed], value => value || 'next best',
		timed.includes('scalar-plain') ? 'scalar-plain' : '');
	fillSelect(form.elements.scope, ['', ...passes], value => value ? 'pass ' + value : 'all',
		many ? byId('steps-controls').elements.pass.value : '');
	form.addEventListener('change', drawSpeed);
	drawSpeed();
}

/* ---- tables and text ---- */

function sortBy(table, column, header) {
	const up = header.getAttribute('aria-sort') !== 'ascending', body = table.tBodies[0];
	const keyOf = cell => cell.dataset.sort === undefined ? cell.textContent : Number(cell.dataset.sort);
	const key = row => keyOf(row.cells[column]);
	const compare = (a, b) => typeof a === 'number' ? a - b : a.localeCompare(b, 'en', {numeric: true});
	for (const other of table.tHead.rows[0].cells)
		other.removeAttribute('aria-sort');
	header.setAttribute('aria-sort', up ? 'ascending' : 'descending');
	body.append(...[...body.rows].sort((a, b) => (up ? 1 : -1) * compare(key(a), key(b))));
}

function startTables() {
	for (const table of document.querySelectorAll('table.sortable'))
		[...table.tHead.rows[0].cells].forEach((header, column) => {
			const button = document.createElement('button');
			button.type = 'button';
			button.textContent = header.textContent;
			button.addEventListener('click', () => sortBy(table, column, header));
			header.replaceChildren(button);
		});
	byId('choice-filter').addEventListener('input', event => {
		const words = event.target.value.toLowerCase().split(/\s+/);
		for (const row of byId('choice-table').tBodies[0].rows)
			row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word));
	});
}

function asMarkdown(table) {
	const cell = td => {
		const copy = td.cloneNode(true);
		copy.querySelectorAll('details').forEach(d => d.remove());
		return copy.textContent.trim().replace(/\|/g, '\\|').replace(/\s+/g, ' ');
	};
	const line = row => '| ' + [...row.cells].slice(0, 7).map(cell).join(' | ') + ' |';
	const rows = [...table.rows].filter(row => !row.hidden).map(line);
	rows.splice(1, 0, '|---|---|--:|--:|--:|---|--:|');
	return rows.join('\n') + '\n';
}

async function copy(text, button) {
	const said = button.parentNode.querySelector('.said');
	try {
		await navigator.clipboard.writeText(text);
		said.textContent = 'Copied.';
	} catch (refused) {
		said.textContent = 'The browser refused; select the text instead.';
	}
	setTimeout(() => { said.textContent = ''; }, 4000);
}

function startCopies() {
	for (const button of document.querySelectorAll('[data-copy]'))
		button.addEventListener('click', () => copy(byId(button.dataset.copy).textContent, button));
	for (const button of document.querySelectorAll('[data-copy-table]'))
		button.addEventListener('click', () => copy(asMarkdown(byId(button.dataset.copyTable)), button));
	for (const link of document.querySelectorAll('[data-download]'))
		link.addEventListener('click', () => {
			link.href = 'data:text/csv;charset=utf-8,' + encodeURIComponent(byId(link.dataset.download).textContent);
		});
}

/* On paper every table is open. */
function startPrinting() {
	let opened = [];
	addEventListener('beforeprint', () => {
		opened = [...document.querySelectorAll('.numbers:not([open])')];
		opened.forEach(d => { d.open = true; });
	});
	addEventListener('afterprint', () => opened.forEach(d => { d.open = false; }));
}

function startCharts() {
	if (!families.length || !problems.some(p => p.chosen)) {
		for (const e of document.querySelectorAll('.charts .needs-script, .charts .numbers, #choice .controls'))
			e.remove();
		document.querySelectorAll('.charts .card').forEach(e => e.append('Nothing was timed.'));
		return;
	}
	byId('steps-controls').addEventListener('change', () => drawSteps());
	drawSteps(richest());
	startSpeed();
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { drawSteps(); drawSpeed(); });
}

startTables();
startCopies();
startPrinting();
if (typeof Chart !== 'undefined') {
	document.documentElement.classList.add('scripted');
	Chart.defaults.font.family = 'system-ui, "DejaVu Sans", sans-serif';
	startCharts();
}
})();
