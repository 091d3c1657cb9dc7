// The audits of graphql-http against one endpoint: prints those that do not pass, and how many do.
import { serverAudits } from 'graphql-http';

const [url] = process.argv.slice(2);
const told = { passed: 0, failed: [] };
for (const audit of serverAudits({ url })) {
  const result = await audit.fn();
  if (result.status === 'ok') {
    told.passed += 1;
  } else {
    const answer = result.response && `${result.response.status} ${(await result.response.text()).slice(0, 200)}`;
    told.failed.push({ id: audit.id, name: audit.name, reason: result.reason, answer });
  }
}
console.log(JSON.stringify(told));
