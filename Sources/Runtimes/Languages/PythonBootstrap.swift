/// What runs functions in Python: the same contract as awslambdaric's, from the handler's name to the words of its errors.
enum PythonBootstrap {
    static let source = #"""
        import http.client
        import importlib
        import json
        import logging
        import os
        import sys
        import time
        import traceback
        from decimal import Decimal

        API = "/2018-06-01/runtime/"


        class Client:
            """One connection to the Runtime API, kept."""

            def __init__(self, address):
                self.address = address
                self.connection = None

            def call(self, method, path, body=None, headers={}):
                if self.connection is None:
                    self.connection = http.client.HTTPConnection(self.address)
                self.connection.request(method, API + path, body, headers)
                reply = self.connection.getresponse()
                return reply, reply.read()

            def next(self):
                reply, body = self.call("GET", "invocation/next")
                if reply.status != 200:
                    raise RuntimeError("Failed to get next: %d" % reply.status)
                return reply.headers, body

            def post(self, path, body, kind=None):
                headers = {"Content-Type": "application/json"}
                if kind:
                    headers["Lambda-Runtime-Function-Error-Type"] = kind
                reply, text = self.call("POST", path, body, headers)
                if reply.status not in (200, 202, 413):
                    raise RuntimeError("Failed to post %s: %d %s" % (path, reply.status, text.decode(errors="replace")))


        class Fault(Exception):
            def __init__(self, kind, message, trace=None):
                super().__init__(message)
                self.kind = kind
                self.message = message
                self.trace = trace


        class Identity:
            def __init__(self, values):
                self.cognito_identity_id = values.get("cognitoIdentityId")
                self.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")

            def __repr__(self):
                return "CognitoIdentity([cognito_identity_id=%s,cognito_identity_pool_id=%s])" % (
                    self.cognito_identity_id, self.cognito_identity_pool_id)


        class Client_:
            def __init__(self, values):
                for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
                    setattr(self, name, values.get(name))


        class ClientContext:
            def __init__(self, values):
                self.client = Client_(values["client"]) if isinstance(values.get("client"), dict) else None
                self.custom = values.get("custom")
                self.env = values.get("env")


        class LambdaContext:
            def __init__(self, headers):
                self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
                self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
                self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
                self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
                self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
                self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
                self.invoked_function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn", "")
                self.tenant_id = headers.get("Lambda-Runtime-Aws-Tenant-Id")
                client = headers.get("Lambda-Runtime-Client-Context")
                if client:
                    client = json.loads(client.encode("latin-1").decode())
                self.client_context = ClientContext(client) if isinstance(client, dict) else None
                identity = headers.get("Lambda-Runtime-Cognito-Identity")
                self.identity = Identity(json.loads(identity) if identity else {})
                self._deadline = int(headers.get("Lambda-Runtime-Deadline-Ms") or 0)

            def get_remaining_time_in_millis(self):
                return max(self._deadline - int(time.time() * 1000), 0)

            def log(self, message):
                sys.stdout.write(str(message))

            def __repr__(self):
                return "LambdaContext([aws_request_id=%s,log_group_name=%s,log_stream_name=%s,function_name=%s,memory_limit_in_mb=%s,function_version=%s,invoked_function_arn=%s,client_context=%s,identity=%s])" % (
                    self.aws_request_id, self.log_group_name, self.log_stream_name, self.function_name,
                    self.memory_limit_in_mb, self.function_version, self.invoked_function_arn, self.client_context,
                    self.identity)


        class RequestFilter(logging.Filter):
            request_id = ""

            def filter(self, record):
                record.aws_request_id = RequestFilter.request_id
                return True


        class LogHandler(logging.Handler):
            def emit(self, record):
                # A record is one line of the log.
                text = self.format(record).replace("\n", "\r")
                sys.stdout.write(text + "\n")
                sys.stdout.flush()


        def set_up_logging():
            logging.Formatter.converter = time.gmtime
            handler = LogHandler()
            if os.environ.get("AWS_LAMBDA_LOG_FORMAT") != "JSON":
                handler.setFormatter(logging.Formatter(
                    "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"))
            handler.addFilter(RequestFilter())
            logging.getLogger().addHandler(handler)


        def plain(value):
            if isinstance(value, Decimal):
                return float(value)
            raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


        def describe(kind, message, trace, request_id=""):
            return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}


        def log_error(result):
            lines = ["[ERROR] %s: %s" % (result["errorType"], result["errorMessage"])]
            if result["stackTrace"]:
                lines.append("Traceback (most recent call last):")
                lines += ["".join(result["stackTrace"]).rstrip("\n")]
            sys.stdout.write("\r".join(lines).replace("\n", "\r") + "\n")
            sys.stdout.flush()


        def find_handler(name):
            try:
                module_name, function_name = name.rsplit(".", 1)
            except ValueError as flaw:
                raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, flaw))
            try:
                if module_name.split(".")[0] in sys.builtin_module_names:
                    raise Fault("Runtime.BuiltInModuleConflict",
                                "Cannot use built-in module %s as a handler module" % module_name)
                module = importlib.import_module(module_name.replace("/", "."))
            except ImportError as flaw:
                raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, flaw))
            except SyntaxError as flaw:
                trace = ['  File "%s" Line %s\n    %s\n' % (flaw.filename, flaw.lineno, flaw.text)]
                raise Fault("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, flaw), trace)
            try:
                return getattr(module, function_name)
            except AttributeError:
                raise Fault("Runtime.HandlerNotFound",
                            "Handler '%s' missing on module '%s'" % (function_name, module_name))


        def traced(flaw):
            # Without the frames of this file and of the import machinery.
            frames = [frame for frame in traceback.extract_tb(flaw.__traceback__)
                      if frame.filename != __file__ and not frame.filename.startswith("<frozen importlib")
                      and not frame.filename.endswith("/importlib/__init__.py")]
            return traceback.format_list(frames)


        def start(client):
            try:
                return find_handler(os.environ["_HANDLER"])
            except Fault as flaw:
                result, kind = describe(flaw.kind, flaw.message, flaw.trace or []), flaw.kind
            except Exception as flaw:
                kind = type(flaw).__name__
                result = describe(kind, str(flaw), traced(flaw))
            log_error(result)
            client.post("init/error", json.dumps(result), kind)
            sys.exit(1)


        def serve(client, handler):
            headers, body = client.next()
            request_id = headers["Lambda-Runtime-Aws-Request-Id"]
            RequestFilter.request_id = request_id
            trace = headers.get("Lambda-Runtime-Trace-Id")
            if trace:
                os.environ["_X_AMZN_TRACE_ID"] = trace
            path = "invocation/%s/" % request_id
            try:
                try:
                    event = json.loads(body)
                except Exception as flaw:
                    raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % flaw)
                answer = handler(event, LambdaContext(headers))
                try:
                    answer = json.dumps(answer, default=plain).encode()
                except Exception as flaw:
                    raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % flaw)
            except Fault as flaw:
                result = describe(flaw.kind, flaw.message, flaw.trace or [], request_id)
            except Exception as flaw:
                result = describe(type(flaw).__name__, str(flaw), traced(flaw), request_id)
            else:
                client.post(path + "response", answer)
                return
            log_error(result)
            client.post(path + "error", json.dumps(result), result["errorType"])


        def main():
            here = os.path.dirname(os.path.abspath(__file__))
            sys.path[:] = [os.environ["LAMBDA_TASK_ROOT"]] + [place for place in sys.path if place != here]
            set_up_logging()
            client = Client(os.environ["AWS_LAMBDA_RUNTIME_API"])
            handler = start(client)
            while True:
                serve(client, handler)


        main()

        """#
}
