with form_rows as (
    select * from {{ ref('form_rows') }}
    where row_kind <> 'heading'
),

form_columns as (
    select * from {{ ref('form_columns') }}
),

activity_cells as (
    select * from {{ ref('activity_cells') }}
)

select
    -- Sixteen numbers a table, row and column, one of them for each edition that has it.
    cast(
        16 * dense_rank() over (order by form_rows.table_key, form_rows.row_key, form_columns.column_key)
        + dense_rank() over (order by form_rows.form_version) as usmallint
    ) as cell_no,
    form_rows.form_version,
    form_rows.table_key,
    form_rows.row_key,
    form_columns.column_key,
    form_rows.row_order,
    form_columns.column_order,
    form_rows.row_label,
    form_columns.column_label,
    form_rows.row_name_en,
    form_columns.column_name_en,
    form_columns.unit,
    form_columns.value_type,
    form_columns.measure_kind,
    activity_cells.activity,
    activity_cells.role as activity_role,
    form_rows.is_total or form_columns.is_total as is_total,
    form_rows.row_kind = 'optional' as is_optional,
    form_rows.source as statute
from form_rows
inner join form_columns
    on
        form_rows.form_version = form_columns.form_version
        and form_rows.table_key = form_columns.table_key
        and form_rows.block_key = form_columns.block_key
left join activity_cells
    on
        form_rows.form_version = activity_cells.form_version
        and form_rows.table_key = activity_cells.table_key
        and form_rows.row_key = activity_cells.row_key
        and form_columns.column_key = activity_cells.column_key
