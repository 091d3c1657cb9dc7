// The audits of graphql-http against one endpoint: prints those that do not pass, and how many do.
import { serverAudits } from 'graphql-http';

const [url] = process.argv.slice(2);
const told = { passed: 0, failed: [] };
// By GET the service wants a header that pages of other origins cannot send.
const fetchFn = (address, init = {}) => fetch(address, { ...init, headers: { ...init.headers, 'graphql-require-preflight': '1' } });
for (const audit of serverAudits({ url, fetchFn })) {
  const result = await audit.fn();
  if (result.status === 'ok') {
    told.passed += 1;
  } else {
    const answer = result.response && `${result.response.status} ${(await result.response.text()).slice(0, 200)}`;
    told.failed.push({ id: audit.id, name: audit.name, reason: result.reason, answer });
  }
}
console.log(JSON.stringify(told));
