// Makes a container of Azure Blob Storage: node container.mjs ENDPOINT ACCOUNT KEY NAME
import { createHmac } from "node:crypto";

const [endpoint, account, key, name] = process.argv.slice(2);
const date = new Date().toUTCString();
const version = "2021-12-02";
// What is signed: the method, eleven headers that are not sent, those of Azure, the path and the query.
const text = `PUT${"\n".repeat(12)}x-ms-date:${date}\nx-ms-version:${version}\n/${account}/${account}/${name}\nrestype:container`;
const signature = createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest("base64");
const answer = await fetch(`${endpoint}/${name}?restype=container`, {
  method: "PUT",
  headers: { "x-ms-date": date, "x-ms-version": version, authorization: `SharedKey ${account}:${signature}` },
});
if (answer.status !== 201) throw new Error(`the container was not made: ${answer.status} ${await answer.text()}`);
