with unpacked as (
    {{ unpacked_cells(
        in_this_file(ref('int_packed_cells')), in_this_file(ref('int_report_numbers')),
        in_this_file(ref('int_form_cells')), in_this_file(ref('int_cell_words'))
    ) | indent(4) }}
),

cells as (
    select * from unpacked
    where
        table_key = 't2'
        and row_key in ('permit', 'other_service', 'penalty', 'compulsory_measure', 'fee')
)

select
    report_key,
    body_key,
    report_year,
    form_version,
    row_key as action,
    column_key as measure,
    value,
    value_state,
    printed_unit,
    line_start,
    line_end
from cells
