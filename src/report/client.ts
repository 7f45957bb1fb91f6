// The page's script, as text: chart values under the pointer, episode players, and the light/dark switch. It is kept in
// plain browser JavaScript so that the report needs no build step and no other file.

/** JavaScript of the report. */
export const clientScript: string = `
(() => {
  const json = (figure) => JSON.parse(figure.querySelector('script').textContent);
  const root = document.documentElement;
  document.getElementById('theme').onclick = () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    players.forEach((p) => p.draw());
  };

  for (const figure of document.querySelectorAll('figure.chart')) {
    const svg = figure.querySelector('svg');
    const cursor = figure.querySelector('.cursor');
    if (!cursor) continue;
    const data = json(figure);
    const tip = figure.querySelector('.tip');
    const nearest = (xs, x) => {
      let low = 0, high = xs.length - 1;
      while (high - low > 1) { const mid = (low + high) >> 1; if (xs[mid] < x) low = mid; else high = mid; }
      return x - xs[low] < xs[high] - x ? low : high;
    };
    svg.onpointermove = (event) => {
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      if (x < data.left - 8 || x > data.right + 8) return svg.onpointerleave();
      const rows = [];
      let at = 0;
      data.series.forEach((s, i) => {
        const k = nearest(s.px, x);
        if (i === 0) { at = s.px[k]; rows.push(data.xLabel + ' <b>' + Math.round(s.x[k] * 100) / 100 + '</b>'); }
        const dot = cursor.querySelectorAll('circle')[i];
        dot.setAttribute('cx', s.px[k]);
        dot.setAttribute('cy', s.py[k]);
        const name = document.createElement('span');
        name.textContent = s.name;
        rows.push('<span style="color:var(--' + s.hue + ')">●</span> ' + name.innerHTML + ' <b>' + s.y[k] + '</b>');
      });
      const line = cursor.querySelector('line');
      line.setAttribute('x1', at);
      line.setAttribute('x2', at);
      cursor.removeAttribute('hidden');
      tip.innerHTML = rows.join('<br>');
      tip.hidden = false;
      const left = svg.offsetLeft || box.left - figure.getBoundingClientRect().left;
      const here = left + at * box.width / svg.viewBox.baseVal.width;
      const flip = here + 16 + tip.offsetWidth > figure.clientWidth;
      tip.style.left = (flip ? here - 14 - tip.offsetWidth : here + 14) + 'px';
      tip.style.top = (box.top - figure.getBoundingClientRect().top + 16) + 'px';
    };
    svg.onpointerleave = () => { cursor.setAttribute('hidden', ''); tip.hidden = true; };
  }

  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const HOLD = 9;
  const players = [...document.querySelectorAll('figure.player')].map((figure) => {
    const data = json(figure);
    const sheet = figure.querySelector('.sheet');
    const now = figure.querySelector('.now');
    const goal = figure.querySelector('.goal');
    const range = figure.querySelector('input');
    const button = figure.querySelector('.play');
    const p = { t: 0, hold: 0, playing: !still };
    const image = (canvas, i) => {
      const c = canvas.getContext('2d');
      canvas.height = Math.round(canvas.width * data.height / data.width);
      c.imageSmoothingEnabled = data.width > 160;
      c.drawImage(sheet, Math.floor(i / data.perColumn) * data.width, (i % data.perColumn) * data.height,
        data.width, data.height, 0, 0, canvas.width, canvas.height);
      return c;
    };
    const place = (canvas) => ([x, y]) => {
      const [l, t, r, b] = data.extent;
      return [(x - l) / (r - l) * canvas.width, (y - t) / (b - t) * canvas.height];
    };
    const trail = (c, points, stroke, width, alphaFrom, alphaTo) => {
      c.strokeStyle = stroke;
      c.lineWidth = width;
      c.lineCap = 'round';
      for (let i = 1; i < points.length; i++) {
        c.globalAlpha = alphaFrom + (alphaTo - alphaFrom) * (points.length < 3 ? 1 : (i - 1) / (points.length - 2));
        c.beginPath();
        c.moveTo(...points[i - 1]);
        c.lineTo(...points[i]);
        c.stroke();
      }
      c.globalAlpha = 1;
    };
    p.draw = () => {
      if (!sheet.complete || !sheet.naturalWidth) return;
      const c = image(now, p.t);
      image(goal, data.frames);
      if (data.extent) {
        const to = place(now);
        if (data.path) trail(c, data.path.slice(0, p.t + 1).map(to), '#15171c', 3.5, 0.08, 0.5);
        if (data.goal) {
          const [x, y] = to(data.goal);
          c.strokeStyle = '#16895a';
          c.lineWidth = 3;
          c.setLineDash([7, 6]);
          c.beginPath();
          c.arc(x, y, 20, 0, 7);
          c.stroke();
          c.setLineDash([]);
        }
        const plan = data.imagined.filter((m) => m.at <= p.t).pop();
        if (plan) {
          const points = plan.path.map(to);
          trail(c, points, '#ffffff', 9, 0.8, 0.2);
          trail(c, points, '#2458e6', 5, 1, 0.3);
          points.forEach(([x, y], i) => {
            c.globalAlpha = 1 - 0.65 * i / Math.max(1, points.length - 1);
            c.fillStyle = '#2458e6';
            c.beginPath();
            c.arc(x, y, i === points.length - 1 ? 8 : 5, 0, 7);
            c.fill();
          });
          c.globalAlpha = 1;
        }
      }
      range.value = p.t;
      figure.querySelector('.step').textContent = 'step ' + p.t;
      figure.classList.toggle('reached', data.reachedAt !== null ? p.t >= data.reachedAt : data.success && p.t === data.frames - 1);
      button.textContent = p.playing ? '❚❚' : '▶';
    };
    p.advance = () => {
      if (!p.playing) return;
      if (p.t < data.frames - 1) p.t++;
      else if (p.hold++ >= HOLD) { p.hold = 0; p.t = 0; }
      p.draw();
    };
    button.onclick = () => { p.playing = !p.playing; p.draw(); };
    range.oninput = () => { p.playing = false; p.t = Number(range.value); p.draw(); };
    sheet.complete ? p.draw() : (sheet.onload = p.draw);
    return p;
  });
  const all = document.getElementById('play-all');
  if (all) {
    if (still) all.textContent = 'Play all';
    all.onclick = () => {
      const play = !players.some((p) => p.playing);
      players.forEach((p) => { p.playing = play; p.draw(); });
      all.textContent = play ? 'Pause all' : 'Play all';
    };
  }
  setInterval(() => players.forEach((p) => p.advance()), 110);
})();
`;
