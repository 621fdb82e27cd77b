with form_cells as (
    select * from {{ ref('int_form_cells') }}
)

select
    form_version,
    table_key,
    row_key,
    column_key,
    row_order,
    column_order,
    row_label,
    column_label,
    row_name_en,
    column_name_en,
    unit,
    value_type,
    measure_kind,
    activity,
    activity_role,
    is_total,
    is_optional,
    statute
from form_cells
