// Makes a container of Azure Blob Storage: node container.mjs ENDPOINT ACCOUNT KEY NAME
import { azure } from './azure.mjs';

const [endpoint, account, key, name] = process.argv.slice(2);
const answer = await azure('PUT', endpoint, account, key, name, { restype: 'container' });
if (answer.status !== 201) throw new Error(`the container was not made: ${answer.status} ${await answer.text()}`);
