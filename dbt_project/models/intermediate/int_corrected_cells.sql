-- A corrected cell has the value, state and unit that a person gave it; what was printed and read stays beside them.
with cells as (
    select * from {{ ref('stg_cells') }}
),

reports as (
    select * from {{ ref('int_reports') }}
),

corrections as (
    select * from {{ ref('stg_corrections') }}
)

select
    reports.report_key,
    reports.report_no,
    cells.* exclude (document_id, delivery) replace (  -- noqa: RF02
        case when corrections.csv_row is null then cells.value else corrections.value end as value,
        coalesce(corrections.value_state, cells.value_state) as value_state,
        case when corrections.csv_row is null then cells.value_basis else 'corrected' end as value_basis,
        -- A unit of the header or the form still holds, one that stood in the cell went with what it said.
        case
            when corrections.csv_row is null then cells.printed_unit
            when corrections.printed_unit is not null then corrections.printed_unit
            when cells.printed_unit_basis <> 'cell' then cells.printed_unit
        end as printed_unit,
        case
            when corrections.csv_row is null then cells.printed_unit_basis
            when corrections.printed_unit is not null then 'cell'
            when cells.printed_unit_basis <> 'cell' then cells.printed_unit_basis
        end as printed_unit_basis
    ),
    corrections.corrected_value,
    case when corrections.csv_row is not null then cells.value end as value_as_read,
    case when corrections.csv_row is not null then cells.value_state end as value_state_as_read
from cells
inner join reports
    on cells.document_id = reports.document_id and cells.delivery = reports.delivery
left join corrections
    on
        cells.document_id = corrections.document_id
        and cells.table_key = corrections.table_key
        and cells.row_key = corrections.row_key
        and cells.column_key = corrections.column_key
