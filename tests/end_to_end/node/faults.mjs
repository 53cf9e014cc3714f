// Sends one command to each of several endpoints, once, and prints what the SDK did with each as a JSON list:
//   node faults.mjs '[{"endpoint": "http://…", "name": "ConverseStream", "parameters": {…}}]'
// {events} counts what a stream gave, {error} names the class that was thrown.
import { NodeHttp2Handler } from "@smithy/node-http-handler";
import * as runtime from "@aws-sdk/client-bedrock-runtime";

async function outcome({ endpoint, name, parameters }) {
  const requestHandler = new NodeHttp2Handler({ requestTimeout: 1500 });
  const client = new runtime.BedrockRuntimeClient({ endpoint, maxAttempts: 1, requestHandler });
  const seen = { events: 0 };
  try {
    const answer = await client.send(new runtime[`${name}Command`](parameters));
    for await (const _ of answer.stream ?? answer.body ?? []) seen.events += 1;
  } catch (error) {
    seen.error = error.name;
    seen.message = error.message;
  } finally {
    client.destroy();
  }
  return seen;
}

console.log(JSON.stringify(await Promise.all(JSON.parse(process.argv[2]).map(outcome))));
