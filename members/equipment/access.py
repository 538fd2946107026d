"""One item of equipment, or 404."""

from django.http import Http404

from members.models import EquipmentFault, EquipmentItem, User


def get_item(user: User, ref: str) -> EquipmentItem:
    """Return an item that this user may see, as it is now. Raises Http404."""
    found: EquipmentItem | None = (
        EquipmentItem.objects.visible_to(user).as_they_are().filter(ref=ref).first()
    )
    if found is None:
        raise Http404
    return found


def get_open_fault(item: EquipmentItem, fault: int) -> EquipmentFault:
    """Return a fault of an item that is not settled. Raises Http404."""
    found: EquipmentFault | None = (
        item.faults.open().filter(pk=fault).select_related("item", "reported_by").first()
    )
    if found is None:
        raise Http404
    return found
