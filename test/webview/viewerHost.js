/** Stands in for VS Code in the test page of the weight viewer: questions go to `answer`, which the test provides. */
(() => {
  const posted = [];
  const violations = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile ?? ''}`);
  });
  const deliver = (message) => window.postMessage(message, '*');
  window.acquireVsCodeApi = () => ({
    postMessage(message) {
      posted.push(message);
      if (message.type !== 'ask') return;
      const { id, query, request } = message;
      window.answer(query, request).then((reply) => deliver({ ...reply, id }));
    },
    getState: () => JSON.parse(sessionStorage.getItem('viewer') ?? 'null') ?? undefined,
    setState: (state) => sessionStorage.setItem('viewer', JSON.stringify(state)),
  });
  window.harness = {
    posted,
    violations,
    deliver,
    setTheme: (name) => {
      document.body.className = name;
      document.body.dataset.vscodeThemeKind = name;
    },
  };
})();
