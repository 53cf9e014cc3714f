// Makes the calls of several rows and prints what came of each as a JSON list of lists:
//   node features.mjs '[{"endpoint": "http://…", "calls": [{"service": "bedrock-runtime", "name": "Converse", "parameters": {…}}]}]'
// {answer}, {events} of a stream, or {error, message}. Bytes are {"base64": …} both ways, and {"from": [0, "member"]} in
// the parameters is a member of the answer to an earlier call of the row.
import * as control from "@aws-sdk/client-bedrock";
import * as runtime from "@aws-sdk/client-bedrock-runtime";

const sdks = {
  bedrock: [control, control.BedrockClient],
  "bedrock-runtime": [runtime, runtime.BedrockRuntimeClient],
};

function revived(value, outcomes) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((each) => revived(each, outcomes));
  if (value.base64) return Buffer.from(value.base64, "base64");
  if (value.from) return outcomes[value.from[0]].answer[value.from[1]];
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, revived(each, outcomes)]));
}

function shown(value) {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(shown);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shown(each)]));
}

async function outcome(client, command) {
  try {
    const { $metadata, ...answer } = await client.send(command);
    const stream = answer.stream ?? (answer.body?.[Symbol.asyncIterator] ? answer.body : undefined);
    if (!stream) return { answer: shown(answer) };
    const events = [];
    for await (const event of stream) events.push(shown(event));
    return { events };
  } catch (error) {
    return { error: error.name, message: error.message };
  }
}

async function row({ endpoint, calls }) {
  const outcomes = [];
  for (const { service, name, parameters } of calls) {
    const [sdk, Client] = sdks[service];
    const client = new Client({ endpoint, maxAttempts: 1 });
    outcomes.push(await outcome(client, new sdk[`${name}Command`](revived(parameters, outcomes))));
    client.destroy();
  }
  return outcomes;
}

console.log(JSON.stringify(await Promise.all(JSON.parse(process.argv[2]).map(row))));
