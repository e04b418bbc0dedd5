/* Draws the six charts from series.json. Without it the sentences and tables say the same. */
"use strict";

(function () {
    const page = document.getElementById("ops-charts");
    const charts = [];

    function colour(name) {
        return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    }

    function line(label, stroke, dash) {
        return {label: label, stroke: stroke, width: 1.5, dash: dash, points: {show: false}, spanGaps: false};
    }

    /* In the site's zone, as the tables have it, wherever the reader sits. */
    function words(seconds, parts) {
        const options = Object.assign({timeZone: page.dataset.zone, hourCycle: "h23"}, parts);
        return new Date(seconds * 1000).toLocaleString(document.documentElement.lang, options);
    }

    function time(u, seconds) {
        const parts = {month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit"};
        return seconds === null ? "–" : words(seconds, parts);
    }

    function ticks(u, seconds) {
        const clock = {hour: "2-digit", minute: "2-digit"};
        const day = {month: "numeric", day: "numeric"};
        const long = seconds.length > 1 && seconds[1] - seconds[0] >= 43200;
        return seconds.map(function (value) { return words(value, long ? day : clock); });
    }

    /* A constant beside the measured lines: the alert's threshold, WeChat's five seconds. */
    function constants(panel, data) {
        if (panel !== "latency") {
            return [];
        }
        return [
            [data.labels.alert_line, Number(page.dataset.p95), "--ops-3"],
            [data.labels.limit_line, Number(page.dataset.limit), "--ops-4"],
        ];
    }

    function axis() {
        return {stroke: colour("--body-fg"), grid: {stroke: colour("--hairline-color"), width: 1}, ticks: {show: false}};
    }

    function draw(box, data) {
        const panel = box.dataset.panel;
        const series = [{label: data.labels.time, value: time}];
        const columns = [data.x];
        Object.entries(data.panels[panel]).forEach(function (entry, number) {
            series.push(line(data.labels[entry[0]] || entry[0], colour("--ops-" + (number % 8 + 1))));
            columns.push(entry[1]);
        });
        constants(panel, data).forEach(function (constant) {
            series.push(line(constant[0], colour(constant[2]), [6, 4]));
            columns.push(data.x.map(function () { return constant[1]; }));
        });
        const options = {
            width: box.clientWidth,
            height: Math.max(180, Math.min(240, box.clientWidth / 2)),
            series: series,
            axes: [Object.assign(axis(), {values: ticks}), Object.assign(axis(), {size: 52})],
            scales: {y: {range: function (u, low, high) { return [0, high > 0 ? high * 1.05 : 1]; }}},
        };
        box.replaceChildren();
        charts.push(new uPlot(options, columns, box));
    }

    function drawAll(data) {
        charts.splice(0).forEach(function (chart) { chart.destroy(); });
        document.querySelectorAll("#ops-charts .chart").forEach(function (box) { draw(box, data); });
    }

    function start(data) {
        drawAll(data);
        page.dataset.drawn = String(charts.length);
        const again = function () { drawAll(data); };
        new MutationObserver(again).observe(document.documentElement, {attributeFilter: ["data-theme"]});
        window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
        let timer = 0;
        window.addEventListener("resize", function () {
            clearTimeout(timer);
            timer = setTimeout(again, 150);
        });
    }

    fetch(page.dataset.url, {credentials: "same-origin"})
        .then(function (response) {
            if (!response.ok) {
                throw new Error("status " + response.status);
            }
            return response.json();
        })
        .then(start)
        .catch(function (error) {
            page.dataset.failed = error.message;
            document.querySelectorAll("#ops-charts details").forEach(function (table) { table.open = true; });
        });
}());
