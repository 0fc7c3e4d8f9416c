"""Every act of the unblinded world, by its name in the log, and which one deals with each request."""

from collections.abc import Mapping
from typing import Final

from myotis.log.messages import Request, RequestWord
from myotis.pharmacy.act import PharmacyAct, RequestAct
from myotis.pharmacy.acts.allocate_by_minimization import AllocateByMinimization
from myotis.pharmacy.acts.assign_role import AssignRole, RevokeRole
from myotis.pharmacy.acts.break_code import BreakCode, UnblindForReport
from myotis.pharmacy.acts.cancel_order import CancelOrder
from myotis.pharmacy.acts.check_bag import CheckBag
from myotis.pharmacy.acts.confirm_delivery import ConfirmDelivery
from myotis.pharmacy.acts.decide_extension import DecideExtension
from myotis.pharmacy.acts.open_pharmacy import OpenPharmacy
from myotis.pharmacy.acts.open_slot import OpenSlot
from myotis.pharmacy.acts.prepare_bag import PrepareBag
from myotis.pharmacy.acts.recall_lot import ClearLot, RecallLot, ReportExcursion
from myotis.pharmacy.acts.receive_stock import CountStock, ReceiveStock
from myotis.pharmacy.acts.register_list import ApproveList, RegisterList
from myotis.pharmacy.acts.release_bag import ReleaseBag
from myotis.pharmacy.acts.report_dispensing_error import ReportDispensingError
from myotis.pharmacy.acts.report_shortage import ReportShortage
from myotis.pharmacy.acts.resolve_switch import ResolveSwitch
from myotis.pharmacy.acts.return_bag import DiscardBag, ReturnBag
from myotis.pharmacy.acts.seal_for_dsmb import SealForDsmb
from myotis.pharmacy.acts.set_aside_request import SetAsideRequest
from myotis.pharmacy.acts.take_code_request import TakeCodeRequest
from myotis.pharmacy.acts.take_infusion import TakeInfusion
from myotis.pharmacy.acts.take_order import TakeOrder

_ACTS: Final[tuple[type[PharmacyAct], ...]] = (
    OpenPharmacy, AssignRole, RevokeRole, RegisterList, ApproveList,
    OpenSlot, AllocateByMinimization, TakeOrder, CancelOrder, TakeInfusion, ResolveSwitch, DecideExtension,
    TakeCodeRequest, SetAsideRequest, ConfirmDelivery,
    PrepareBag, CheckBag, ReleaseBag, ReturnBag, DiscardBag, ReportDispensingError, ReportShortage,
    ReceiveStock, CountStock, RecallLot, ReportExcursion, ClearLot,
    BreakCode, UnblindForReport, SealForDsmb,
)  # fmt: skip

ACTS: Final[Mapping[str, type[PharmacyAct]]] = {act.name: act for act in _ACTS}
"""Every act by its name."""

REQUESTS: Final[Mapping[RequestWord, type[RequestAct]]] = {
    RequestWord.ALLOCATE: AllocateByMinimization,
    RequestWord.OPEN_SLOT: OpenSlot,
    RequestWord.PREPARE_DOSE: TakeOrder,
    RequestWord.CANCEL_DOSE: CancelOrder,
    RequestWord.RESOLVE_SWITCH: ResolveSwitch,
    RequestWord.DECIDE_EXTENSION: DecideExtension,
    RequestWord.INFUSED: TakeInfusion,
    RequestWord.BREAK_CODE: TakeCodeRequest,
}
"""The act that deals with each request."""


def read_request(request: Request) -> RequestAct:
    """The act that deals with a request. Raises pydantic's ValidationError where its fields are not what they should.

    >>> read_request(Request(7, RequestWord.RESOLVE_SWITCH, "101-001", {"visit": "W8"}, "2024-03-01T09:00+01:00"))
    ResolveSwitch(subject='101-001', request=7, request_digest=None, visit='W8')
    """
    fields = dict(request.fields)
    if request.word == RequestWord.BREAK_CODE:
        fields["asked"] = str(fields.pop("request"))
    known = {"subject": request.subject, "request": request.number, "request_digest": request.digest}
    return REQUESTS[request.word].model_validate(known | fields)
