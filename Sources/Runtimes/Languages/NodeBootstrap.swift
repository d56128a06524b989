/// What runs functions in Node: modules of both kinds, handlers with promises and with callbacks.
enum NodeBootstrap {
    static let source = #"""
        import fs from "node:fs";
        import http from "node:http";
        import path from "node:path";
        import util from "node:util";
        import { createRequire } from "node:module";
        import { pathToFileURL } from "node:url";

        const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
        let requestId = "";

        function call(method, where, body, headers = {}) {
          return new Promise((resolve, reject) => {
            const request = http.request(
              { host, port, agent, method, path: "/2018-06-01/runtime/" + where,
                headers: body === undefined ? headers : { ...headers, "Content-Length": Buffer.byteLength(body) } },
              (reply) => {
                const parts = [];
                reply.on("data", (part) => parts.push(part));
                reply.on("end", () => resolve({ status: reply.statusCode, headers: reply.headers, body: Buffer.concat(parts) }));
                reply.on("error", reject);
              });
            request.on("error", reject);
            if (body !== undefined) request.write(body);
            request.end();
          });
        }

        async function post(where, body, kind) {
          const headers = { "Content-Type": "application/json" };
          if (kind) headers["Lambda-Runtime-Function-Error-Type"] = kind;
          const reply = await call("POST", where, body, headers);
          if (![200, 202, 413].includes(reply.status)) throw new Error(`Failed to post ${where}: ${reply.status}`);
        }

        // A record is one line of the log.
        for (const [name, level] of Object.entries({ log: "INFO", info: "INFO", debug: "DEBUG", trace: "TRACE", warn: "WARN", error: "ERROR" })) {
          console[name] = (...values) => {
            const text = util.format(...values).replaceAll("\n", "\r");
            process.stdout.write(`${new Date(Date.now()).toISOString()}\t${requestId || "undefined"}\t${level}\t${text}\n`);
          };
        }

        function fault(name, message) {
          const error = new Error(message);
          error.name = name;
          return error;
        }

        function describe(error) {
          if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
          return { errorType: error.name, errorMessage: error.message, trace: (error.stack || "").split("\n") };
        }

        async function load(task, module) {
          const base = path.resolve(task, module);
          const require = createRequire(path.join(task, "bootstrap.js"));
          try {
            for (const suffix of ["", ".js", ".mjs", ".cjs"]) {
              const file = base + suffix;
              if (!fs.existsSync(file) || fs.statSync(file).isDirectory()) continue;
              return suffix === ".cjs" ? require(file) : await import(pathToFileURL(file).href);
            }
            return require(require.resolve(module, { paths: [task] }));
          } catch (error) {
            if (error instanceof SyntaxError) throw fault("Runtime.UserCodeSyntaxError", String(error));
            if (["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error?.code))
              throw fault("Runtime.ImportModuleError", `Error: ${error.message.split("\n")[0]}`);
            throw error;
          }
        }

        async function findHandler(name) {
          const match = /^(.*\/)?([^./]+)\.(.+)$/.exec(name);
          if (!match || name.includes("..")) throw fault("Runtime.MalformedHandlerName", `Bad handler: ${name}`);
          const module = (match[1] || "") + match[2];
          const loaded = await load(process.env.LAMBDA_TASK_ROOT, module);
          const find = (root) => match[3].split(".").reduce((value, key) => value?.[key], root);
          const handler = find(loaded) ?? find(loaded.default);
          if (handler === undefined) throw fault("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
          if (typeof handler !== "function") throw fault("Runtime.HandlerNotFound", `${name} is not a function`);
          return handler;
        }

        function context(headers, finish) {
          const deadline = Number(headers["lambda-runtime-deadline-ms"]);
          const client = headers["lambda-runtime-client-context"];
          return {
            callbackWaitsForEmptyEventLoop: true,
            functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
            functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
            memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
            logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
            logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
            awsRequestId: headers["lambda-runtime-aws-request-id"],
            invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
            clientContext: client ? JSON.parse(Buffer.from(client, "latin1").toString()) : undefined,
            identity: undefined,
            getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
            done: (error, value) => finish(error, value),
            succeed: (value) => finish(null, value),
            fail: (error) => finish(error ?? "handled"),
          };
        }

        // A callback's answer waits until nothing else is to happen, unless the function says otherwise.
        let idle = null;
        process.on("beforeExit", () => {
          if (idle) idle();
        });

        function run(handler, event, headers) {
          return new Promise((resolve, reject) => {
            let isDone = false;
            const finish = (error, value) => {
              if (isDone) return;
              isDone = true;
              const settle = () => {
                idle = null;
                if (error === null || error === undefined) resolve(value);
                else reject(error);
              };
              if (error || !given.callbackWaitsForEmptyEventLoop) settle();
              else idle = settle;
            };
            const given = context(headers, finish);
            // Who neither calls back nor promises anything, answers nothing.
            idle = () => { idle = null; resolve(undefined); };
            try {
              const value = handler(event, given, (error, value) => finish(error, value));
              if (typeof value?.then === "function") {
                isDone = true;
                value.then((value) => { idle = null; resolve(value); }, (error) => { idle = null; reject(error); });
              }
            } catch (error) {
              isDone = true;
              idle = null;
              reject(error);
            }
          });
        }

        function report(error) {
          const { errorType, errorMessage, trace } = describe(error);
          console.error(errorType === "Error" || trace.length ? "Invoke Error " : "", JSON.stringify({ errorType, errorMessage, stack: trace }));
          return { body: JSON.stringify({ errorType, errorMessage, trace }), kind: errorType };
        }

        process.on("uncaughtException", async (error) => {
          const { errorType, errorMessage, trace } = describe(error);
          console.error("Uncaught Exception", JSON.stringify({ errorType, errorMessage, stack: trace }));
          const body = JSON.stringify({ errorType, errorMessage, trace });
          if (requestId) await post(`invocation/${requestId}/error`, body, errorType).catch(() => {});
          process.exit(129);
        });
        process.on("unhandledRejection", (reason) => {
          const error = fault("Runtime.UnhandledPromiseRejection", String(reason));
          if (reason?.stack) error.stack = reason.stack;
          throw error;
        });

        let handler;
        try {
          handler = await findHandler(process.env._HANDLER);
        } catch (error) {
          const { body, kind } = report(error);
          await post("init/error", body, kind);
          process.exit(1);
        }

        async function serve() {
          const { status, headers, body } = await call("GET", "invocation/next");
          if (status !== 200) throw new Error(`Failed to get next: ${status}`);
          requestId = headers["lambda-runtime-aws-request-id"];
          process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
          let answer;
          try {
            const value = await run(handler, JSON.parse(body.toString()), headers);
            answer = JSON.stringify(value === undefined ? null : value) ?? "null";
          } catch (error) {
            const { body, kind } = report(error);
            await post(`invocation/${requestId}/error`, body, kind);
            return;
          }
          await post(`invocation/${requestId}/response`, answer);
        }

        (async () => {
          while (true) await serve();
        })();

        """#
}
