-- Packed cells with the names of their places and without words, each of which is a join of all cells: for models that
-- count them or add them up.
select
    reports.report_key,
    reports.body_key,
    reports.report_year,
    form_cells.form_version,
    form_cells.table_key,
    form_cells.row_key,
    form_cells.column_key,
    packed.value,
    cast(packed.value_state as varchar) as value_state,
    packed.line_start,
    packed.line_end
from {{ ref('int_packed_cells') }} as packed
inner join {{ ref('int_report_numbers') }} as reports on packed.report_no = reports.report_no
inner join {{ ref('int_form_cells') }} as form_cells on packed.cell_no = form_cells.cell_no
