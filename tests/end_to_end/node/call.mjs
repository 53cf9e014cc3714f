// Sends one command, or walks one paginator, with default settings and prints what the SDK saw as one JSON document:
//   node call.mjs bedrock-runtime Converse '{"modelId": …}'
//   node call.mjs bedrock paginateListInferenceProfiles '{"maxResults": 25}'
// {output} for an answer (a list of pages for a paginator), {events} for a stream, {error} when the SDK threw.
import * as control from "@aws-sdk/client-bedrock";
import * as runtime from "@aws-sdk/client-bedrock-runtime";

const sdks = {
  bedrock: [control, control.BedrockClient, control.BedrockServiceException],
  "bedrock-runtime": [runtime, runtime.BedrockRuntimeClient, runtime.BedrockRuntimeServiceException],
};

async function collect(items, into) {
  for await (const item of items) into.push(item);
}

async function call(sdk, client, name, parameters, seen) {
  if (name.startsWith("paginate")) {
    seen.output = [];
    const { maxResults: pageSize, ...rest } = parameters;
    await collect(sdk[name]({ client, pageSize }, rest), seen.output);
    return;
  }
  const answer = await client.send(new sdk[`${name}Command`](parameters));
  const stream = answer.stream ?? (answer.body?.[Symbol.asyncIterator] ? answer.body : undefined);
  if (stream) {
    seen.events = [];
    await collect(stream, seen.events);
  } else {
    seen.output = answer;
  }
}

const [service, name, parameters] = process.argv.slice(2);
const [sdk, Client, ServiceException] = sdks[service];
const client = new Client({});
const seen = {};
try {
  await call(sdk, client, name, JSON.parse(parameters), seen);
} catch (error) {
  seen.error = {
    name: error.name,
    message: error.message,
    status: error.$metadata?.httpStatusCode,
    isModelled: error instanceof ServiceException && error.constructor === sdk[error.name],
  };
} finally {
  client.destroy();
}
// The bodies and chunks of InvokeModel are bytes; they are printed as the text that they hold.
console.log(JSON.stringify(seen, (_, value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value)));
