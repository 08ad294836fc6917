"""Names of functions that answer one question after another.

Sources: https://scikit-learn.org/stable/developers/develop.html (`predict` and its like are asked
of a fitted estimator again and again; `fit` too may be called several times),
https://gymnasium.farama.org/introduction/basic_usage/ (an agent is asked for an action in each
step), https://www.tensorflow.org/tfx/serving/serving_basic.
"""

from leakwise.facts.apis.wordlists import words

_VERBS = words(
    "predict infer classify act detect recognize recognise embed score respond answer serve "
    "handle featurize"
)
"""What the name of one begins with."""
_PAIRS = words(
    "get_action get_actions choose_action select_action pick_action sample_action best_action "
    "compute_action compute_actions compute_single_action take_action action_value "
    "get_activations get_features get_embedding get_embeddings get_prediction get_predictions "
    "extract_features compute_features run_inference do_inference make_prediction "
    "make_predictions on_message on_request encode_text encode_image encode_sentence "
    "encode_sentences embed_text get_gradients get_saliency saliency_map grad_cam gradcam "
    "get_value get_values get_policy get_probs get_q_values train_step train_on_batch"
)
_WHOLE = words(
    "all and dataset datasets dataloader loader loop main generator folder directory dir test "
    "csv set sets epoch experiment cli script fn func function graph net network"
)
"""Words in a name which say that one call goes through everything, or makes what answers."""
_ANSWERING = words("predict infer classify")
_MAKING = words("build make create setup prepare init initialize define plot on compile test")
_SETTINGS = words(
    "args config configs cfg conf flags opt opts options params hparams argv settings ctx parser "
    "dataset loader dataloader folder directory"
)
"""First parameters of a program's own main function."""
_ASKED_ABOUT = words(
    "image images img imgs frame photo picture text texts sentence sentences message query "
    "question x sample state obs observation request req payload audio url features inputs input "
    "data board item tokens face review tweet doc document title file filename crop patch"
)


def answers_requests(name: str) -> bool:
    """Whether a function's name says that it is asked again and again."""
    parts = name.strip("_").lower().split("_")
    if not _WHOLE.isdisjoint(parts):
        return False
    if parts[0] in _VERBS or "_".join(parts) in _PAIRS:
        return True
    # `fast_predict`, `model_predict`
    return parts[0] not in _MAKING and not _ANSWERING.isdisjoint(parts)


def is_setting(parameter: str) -> bool:
    """Whether a parameter's name says that it holds the settings of a program or all its data."""
    return not _SETTINGS.isdisjoint(parameter.lower().split("_"))


def is_asked_about(parameter: str) -> bool:
    """Whether a parameter's name says that it holds what one question is about."""
    return not _ASKED_ABOUT.isdisjoint(parameter.lower().split("_"))
