/**
 * Stands in for VS Code and the extension host in the test page: records what the panel posts, keeps its state
 * over reloads, and answers its questions by iterating the model of the fixture, z' = A z + W relu(z) + h.
 */
(() => {
  const posted = [];
  const violations = [];
  let forgotten = false;
  document.addEventListener('securitypolicyviolation', (event) => {
    violations.push(
      `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile ?? ''}:${event.lineNumber}`,
    );
  });
  const deliver = (message) => window.postMessage(message, '*');

  let model = { A: [0.5], W: [[0]], h: [0] };
  const step = (z) =>
    z.map(
      (value, i) =>
        model.A[i] * value + model.h[i] + model.W[i].reduce((sum, w, j) => sum + w * Math.max(z[j], 0), 0),
    );
  const region = (z) => z.map((value) => (value > 0 ? '1' : '0')).join('');
  const orbit = (start, steps) => {
    const points = [start];
    for (let t = 0; t < steps; t++) points.push(step(points[t]));
    return points;
  };
  const n = () => model.h.length;
  const unit = (i) => Array.from({ length: n() }, (_, j) => (i === j ? 1 : 0));
  const queries = {
    scene: () => ({
      stateDim: n(),
      reluUnits: n(),
      simulated: [0.1, 0.4, 0.7].map((scale) =>
        orbit(
          Array.from({ length: n() }, (_, i) => scale * Math.cos(i + 1)),
          900,
        ).slice(500),
      ),
      transients: [
        [0.2, 0.3].concat(Array.from({ length: Math.max(0, n() - 2) }, () => 0.1)).slice(0, n()),
      ].map((start) => orbit(start, 40)),
      principal: {
        mean: Array.from({ length: n() }, () => 0),
        components: Array.from({ length: Math.min(n(), 10) }, (_, i) => unit(i)),
        explained: Array.from({ length: Math.min(n(), 10) }, (_, i) => 0.6 * 0.4 ** i),
      },
      borders: Array.from({ length: n() }, (_, i) => ({ unit: i, normal: unit(i), offset: 0 })),
    }),
    trajectory: ({ start, steps }) => {
      const points = orbit(start, steps);
      return { points, regions: points.map(region), settledOn: n() === 2 ? 'C13a' : null };
    },
    probe: ({ state }) => ({
      state,
      next: step(state),
      region: region(state),
      border: { distance: Math.min(...state.map(Math.abs)), unit: 0 },
      eigenvalues: model.A.map((re) => ({ re, im: 0 })),
    }),
    weights: () =>
      Object.entries(model).map(([name, value]) => {
        const rows = Array.isArray(value[0]) ? value : [value];
        const values = rows.flat();
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        const square = rows.length === rows[0].length && rows.length > 1;
        return {
          name,
          tensor: name,
          rows: rows.length,
          columns: rows[0].length,
          values,
          statistics: {
            min: Math.min(...values),
            max: Math.max(...values),
            mean,
            std: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length),
            norm: Math.hypot(...values),
            spectralRadius: square ? 0.7 : null,
            rank: square ? rows.length : null,
            condition: square ? 3.2 : null,
          },
        };
      }),
  };

  window.acquireVsCodeApi = () => ({
    postMessage(message) {
      posted.push(message);
      // What is not answered here is answered by the test.
      if (message.type === 'ask' && message.query in queries)
        deliver({ type: 'answer', id: message.id, answer: queries[message.query](message.request) });
    },
    getState: () => JSON.parse(sessionStorage.getItem('panel') ?? 'null') ?? undefined,
    setState: (state) => {
      if (!forgotten) sessionStorage.setItem('panel', JSON.stringify(state));
    },
  });
  window.harness = {
    posted,
    violations,
    deliver,
    /** Lets the next load begin afresh. */
    forget: () => {
      forgotten = true;
      sessionStorage.clear();
    },
    setModel: (parameters) => (model = parameters),
    setTheme: (name) => {
      document.body.className = name;
      document.body.dataset.vscodeThemeKind = name;
    },
  };
})();
