"""Arrow schemas derived from the models: one definition for validation and for storage."""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pyarrow as pa
from pydantic import BaseModel

_SCALARS = {str: pa.string(), int: pa.int32(), float: pa.float64(), bool: pa.bool_(), bytes: pa.binary()}


def _field(name: str, annotation: Any) -> pa.Field:
    nullable = False
    while get_origin(annotation) in (Annotated, Union, types.UnionType):
        members = get_args(annotation)
        if members[1:] == ("float32",):
            return pa.field(name, pa.float32(), nullable)
        if get_origin(annotation) is not Annotated:
            nullable = nullable or type(None) in members
            members = tuple(m for m in members if m is not type(None))
            if len(members) != 1:
                raise TypeError(f"column {name}: a union of several types has no Arrow type")
        annotation = members[0]
    return pa.field(name, _arrow_type(name, annotation), nullable)


def _arrow_type(name: str, annotation: Any) -> pa.DataType:
    origin = get_origin(annotation)
    if origin is Literal:
        return pa.string()
    if origin is list:
        return pa.list_(_field("item", get_args(annotation)[0]).with_nullable(True))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return pa.struct([f.with_nullable(True) for f in arrow_schema(annotation)])
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    raise TypeError(f"column {name}: {annotation!r} has no Arrow type")


def arrow_schema(model: type[BaseModel]) -> pa.Schema:
    """The Arrow schema of a model: str, int (int32), float (double), bytes, bool, lists, nested
    models as structs, `| None`; `Annotated[float, "float32"]` is a float of half the size.

    Raises TypeError for a type that has no place in a table.
    """
    return pa.schema([_field(name, field.rebuild_annotation()) for name, field in model.model_fields.items()])
