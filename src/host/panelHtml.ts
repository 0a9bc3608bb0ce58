import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/**
 * The page of the dynamics panel.
 * @param token names the panel across a reload of the window; the webview keeps it in its state
 */
export function panelHtml(webview: vscode.Webview, dist: vscode.Uri, token: string): string {
  return pageOf(webview, dist, 'dynamics', 'RNN Dynamics', ` data-panel="${token}"`);
}

/** The page of the weight viewer. */
export function viewerHtml(webview: vscode.Webview, dist: vscode.Uri): string {
  return pageOf(webview, dist, 'viewer', 'Weights', '');
}

/** The bundled script and style sheet, nothing inline, nothing from outside. */
export function pageOf(
  webview: vscode.Webview,
  dist: vscode.Uri,
  bundle: string,
  title: string,
  attributes: string,
): string {
  const nonce = randomBytes(16).toString('base64url');
  const script = webview.asWebviewUri(vscode.Uri.joinPath(dist, `${bundle}.js`)).toString();
  const style = webview.asWebviewUri(vscode.Uri.joinPath(dist, `${bundle}.css`)).toString();
  const policy = [
    `default-src 'none'`,
    `style-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
    `img-src ${webview.cspSource} blob: data:`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${style}">
</head>
<body${attributes}>
<div id="root"></div>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
