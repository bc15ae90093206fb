// Draws <figure data-chart> with ECharts, in the colours of the page; the table is its fallback.
const COLOURS = ['--chart-1', '--chart-2', '--chart-3', '--chart-4', '--chart-5', '--chart-6'];
const ROUND = { bar: [4, 4, 0, 0], stacked: 0 };

function load(source) {
  return new Promise((resolve, reject) => {
    if (window.echarts) return resolve(window.echarts);
    const script = document.createElement('script');
    script.src = source;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
    return undefined;
  });
}

/** Computed colours: canvas does not know custom properties nor light-dark(). */
function palette(figure) {
  const probe = document.createElement('span');
  figure.append(probe);
  const read = (name) => {
    probe.style.color = `var(${name})`;
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.fillStyle = getComputedStyle(probe).color;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return `rgb(${red}, ${green}, ${blue})`;
  };
  const found = {
    lines: COLOURS.map(read), text: read('--ink-2'), grid: read('--line'), surface: read('--surface'),
    ink: read('--ink'),
  };
  probe.remove();
  return found;
}

function axes(data, colours) {
  const label = { color: colours.text, fontSize: 13 };
  return {
    grid: { left: 8, right: 12, top: data.series.length > 1 ? 44 : 20, bottom: 4, containLabel: true },
    xAxis: {
      type: 'category', data: data.categories, axisLabel: label, axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.grid } },
    },
    yAxis: { type: 'value', axisLabel: label, splitLine: { lineStyle: { color: colours.grid } } },
  };
}

function series(data, colours) {
  if (data.kind === 'pie') return [slices(data, colours)];
  return data.series.map((line) => ({
    name: line.name, data: line.values, type: data.kind === 'line' ? 'line' : 'bar',
    stack: data.kind === 'stacked' ? 'all' : undefined, barMaxWidth: 36, symbolSize: 8,
    itemStyle: { borderRadius: ROUND[data.kind] ?? 0 }, lineStyle: { width: 3 },
  }));
}

function slices(data, colours) {
  return {
    type: 'pie', radius: ['52%', '76%'], center: ['50%', '50%'],
    label: { color: colours.ink, fontSize: 13, formatter: '{b} {c}' },
    itemStyle: { borderColor: colours.surface, borderWidth: 3, borderRadius: 5 },
    data: data.categories.map((name, index) => ({ name, value: data.series[0].values[index] })),
  };
}

function options(data, colours) {
  const font = getComputedStyle(document.body).fontFamily;
  return {
    color: colours.lines,
    textStyle: { fontFamily: font },
    animation: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    aria: { enabled: true, label: { description: data.title } },
    legend: {
      show: data.kind !== 'pie' && data.series.length > 1, top: 0, left: 0, textStyle: { color: colours.text }, icon: 'roundRect',
      itemWidth: 12, itemHeight: 12,
    },
    // Rich text is drawn on the canvas; an HTML tip would need inline styles.
    tooltip: {
      trigger: data.kind === 'pie' ? 'item' : 'axis', renderMode: 'richText', confine: true,
      backgroundColor: colours.surface, borderColor: colours.grid, textStyle: { color: colours.ink },
      valueFormatter: (value) => `${value} ${data.unit}`.trim(),
    },
    ...(data.kind === 'pie' ? {} : axes(data, colours)),
    series: series(data, colours),
  };
}

async function draw(figure) {
  const canvas = figure.querySelector('[data-chart-canvas]');
  const data = JSON.parse(figure.querySelector('script').textContent);
  const echarts = await load(figure.dataset.library);
  canvas.hidden = false;
  figure.querySelector('[data-chart-data]').open = false;
  const chart = echarts.init(canvas, null, { renderer: 'canvas' });
  const paint = () => chart.setOption(options(data, palette(figure)), true);
  paint();
  new ResizeObserver(() => chart.resize()).observe(canvas);
  document.documentElement.addEventListener('theme:change', paint);
  window.matchMedia('print').addEventListener('change', paint);
}

document.querySelectorAll('figure[data-chart]').forEach(draw);
