/** How an administrator's visit to Entra ended. Everything in it is the browser's word, and is shown as nothing more. */
export type AdminConsentEnd = 'approved' | 'declined' | 'unclear';

export function endOf(query: URLSearchParams): AdminConsentEnd {
  if (query.has('error'))
    return (query.get('error_description') ?? '').includes('AADSTS65004') ? 'declined' : 'unclear';
  return query.get('admin_consent')?.toLowerCase() === 'true' ? 'approved' : 'unclear';
}

const texts: Record<AdminConsentEnd, (product: string) => [title: string, text: string]> = {
  approved: (product) => [
    'Approved',
    `Microsoft says that ${product} was approved for your organization. Your users can connect Dynamics now; those who were turned away before connect again.`,
  ],
  declined: (product) => [
    'Not approved',
    `${product} was not approved. Nothing was changed; the link can be opened again at any time.`,
  ],
  unclear: (product) => [
    'Nothing was approved',
    `Microsoft did not say that ${product} was approved. Open the link that you were sent again; it needs an account that may approve applications for the whole organization.`,
  ],
};

/** The whole page. Nothing of the request is in it. */
export function adminConsentPage(end: AdminConsentEnd, productName: string): string {
  const [title, text] = texts[end](productName).map(escape) as [string, string];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
<p>You can close this page.</p>
</main>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
