with source as (
    select * from {{ source('staging_frames', 'cells') }}
)

select * from source
