/** The frame of our HTML files, which load nothing and run no script. */

/**
 * A whole HTML file.
 * @param title as HTML
 * @param style CSS
 * @param body HTML
 */
export function formatHtmlPage(title: string, style: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
${body}</body>
</html>
`;
}
