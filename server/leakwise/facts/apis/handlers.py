"""What a framework calls for each question or job: methods of classes that one derives from, and
functions that are decorated or named as what answers need.

Sources: https://docs.celeryq.dev/en/stable/userguide/tasks.html,
https://huey.readthedocs.io/en/latest/api.html, https://dramatiq.io/reference.html#actors,
https://python-rq.org/docs/#the-job-decorator,
https://discordpy.readthedocs.io/en/stable/ext/commands/api.html,
https://pytba.readthedocs.io/en/latest/quick_start.html, https://docs.aiogram.dev/en/latest/,
https://docs.pyrogram.org/api/decorators, https://faststream.ag2.ai/latest/,
https://faust.readthedocs.io/en/latest/userguide/agents.html,
https://wiki.ros.org/rospy/Overview/Publishers%20and%20Subscribers, https://docs.ros.org/en/rolling/,
https://docs.python.org/3/library/tkinter.html, https://doc.qt.io/qtforpython-6/,
https://docs.wxpython.org/events_overview.html, https://docs.python-telegram-bot.org/en/stable/,
https://websocket-client.readthedocs.io/en/latest/, https://pika.readthedocs.io/en/stable/,
https://docs.opencv.org/4.x/d7/dfc/group__highgui.html, https://ipywidgets.readthedocs.io/en/stable/,
https://www.gradio.app/docs, https://eclipse.dev/paho/files/paho.mqtt.python/html/client.html, https://fastapi.tiangolo.com/tutorial/dependencies/,
https://mlflow.org/docs/latest/api_reference/python_api/mlflow.pyfunc.html,
https://docs.pytorch.org/serve/custom_service.html, https://cog.run/python/,
https://kserve.github.io/website/docs/model-serving/predictive-inference/frameworks/custom-predictor,
https://lightning.ai/docs/litserve/api-reference/litapi,
https://flask.palletsprojects.com/en/stable/views/,
https://flask-restful.readthedocs.io/en/latest/quickstart.html,
https://docs.djangoproject.com/en/stable/ref/class-based-views/base/,
https://www.django-rest-framework.org/api-guide/views/,
https://channels.readthedocs.io/en/stable/topics/consumers.html, https://www.starlette.io/endpoints/,
https://www.tornadoweb.org/en/stable/web.html,
https://docs.aiohttp.org/en/stable/web_quickstart.html#class-based-views,
https://docs.python.org/3/library/http.server.html, https://docs.python.org/3/library/socketserver.html,
https://gymnasium.farama.org/api/env/, https://scikit-learn.org/stable/developers/develop.html and
https://grpc.io/docs/languages/python/basics/.
"""

from leakwise.facts.apis.wordlists import words

_VERBS = words("get post put patch delete head options")
ESTIMATOR_METHODS = words(
    "predict predict_proba predict_log_proba decision_function transform score_samples score"
)
"""Methods of estimators that are given any number of samples, as many as whoever asks has."""
FITTING = "fit"
"""The method that makes a class with one of them an estimator, whatever it derives from."""
HANDLERS: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (words("mlflow.pyfunc.PythonModel"), words("predict predict_stream")),
    (
        words("ts.torch_handler.base_handler.BaseHandler"),
        words("handle preprocess inference postprocess"),
    ),
    (words("cog.BasePredictor cog.Predictor"), words("predict")),
    (words("kserve.Model kserve.KFModel"), words("preprocess predict postprocess explain")),
    (words("litserve.LitAPI"), words("decode_request predict encode_response")),
    (
        words(
            "flask.views.MethodView flask_restful.Resource flask_restx.Resource "
            "django.views.View django.views.generic.View rest_framework.views.APIView "
            "starlette.endpoints.HTTPEndpoint tornado.web.RequestHandler aiohttp.web.View"
        ),
        _VERBS,
    ),
    (words("flask.views.View"), words("dispatch_request")),
    (
        words("http.server.BaseHTTPRequestHandler http.server.SimpleHTTPRequestHandler"),
        words("do_GET do_POST do_PUT do_DELETE"),
    ),
    (
        words("socketserver.BaseRequestHandler socketserver.StreamRequestHandler"),
        words("handle"),
    ),
    (
        words(
            "channels.generic.websocket.WebsocketConsumer "
            "channels.generic.websocket.AsyncWebsocketConsumer "
            "channels.generic.websocket.JsonWebsocketConsumer "
            "channels.generic.websocket.AsyncJsonWebsocketConsumer"
        ),
        words("receive receive_json"),
    ),
    (words("gym.Env gymnasium.Env"), words("step render")),
    (
        words(
            "sklearn.base.BaseEstimator sklearn.base.ClassifierMixin sklearn.base.RegressorMixin "
            "sklearn.base.TransformerMixin sklearn.base.OutlierMixin sklearn.base.ClusterMixin"
        ),
        ESTIMATOR_METHODS,
    ),
)
"""For classes that derive from one of some: the methods that are called for each question."""
SERVICER = "Servicer"
"""How the names of classes end that gRPC makes; their public methods answer calls."""
JOB_DECORATORS = words(
    "celery.shared_task dramatiq.actor rq.decorators.job rest_framework.decorators.api_view "
    "django.views.decorators.csrf.csrf_exempt django.views.decorators.http.require_POST "
    "django.views.decorators.http.require_GET django.views.decorators.http.require_http_methods"
)
"""What makes a worker run a function for each job, or a server for each request."""
JOB_METHODS = {
    "task": words("celery huey"),
    "event": words("discord nextcord"),
    "listen": words("discord nextcord"),
    "command": words("discord nextcord"),
    "message_handler": words("telebot aiogram"),
    "message": words("aiogram"),
    "on_message": words("pyrogram"),
    "subscriber": words("faststream"),
    "agent": words("faust"),
}
"""By the method of an application that does so, or runs it for each message: the packages of which
the file imports one."""
DEPENDENCIES = words("fastapi.Depends fastapi.Security fastapi.param_functions.Depends")
"""What is handed a function that makes something anew for each request, and keeps it no longer."""
EVENT_CALLS = {
    "rospy": words("Subscriber Service Timer"),
    "rclpy": words("create_subscription create_service create_timer"),
    "tkinter": words("Button Scale bind command"),
    "PyQt5": words("connect"),
    "PyQt6": words("connect"),
    "PySide2": words("connect"),
    "PySide6": words("connect"),
    "wx": words("Bind"),
    "telegram": words("MessageHandler CommandHandler"),
    "websocket": words("WebSocketApp"),
    "pika": words("basic_consume"),
    "cv2": words("setMouseCallback createTrackbar"),
    "ipywidgets": words("observe on_click interact interactive"),
    "gradio": words("Interface ChatInterface click change submit"),
}
"""By package: the functions, classes and methods that are handed a function which the package then
calls for each event."""
EVENT_ATTRIBUTES = words("paho websocket")
"""Packages whose objects call what one puts into their attributes such as `on_message`."""
